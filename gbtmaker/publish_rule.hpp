// Which of the preferred node's templates go out. A full template is megabytes for every reader, so
// one that says little new waits.
#pragma once

#include <optional>

#include "common/base/clock.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"
#include "gbtmaker/template_encoder.hpp"

namespace lode::gbtmaker {

struct PublishSettings {
    Duration full_interval = std::chrono::seconds(15);
    // A reward that differs by so many hundredths is worth a template at once.
    std::int64_t reward_change_percent = 2;
};

struct TemplateFacts {
    bitcoin::Hash256 prev_hash;
    bitcoin::Satoshi reward;
    TemplateKind kind = TemplateKind::from_node;
};

enum class Publish { hold, now };

class PublishRule {
  public:
    explicit PublishRule(PublishSettings settings) : settings_(settings) {}

    [[nodiscard]] Publish decide(const TemplateFacts& facts, SteadyTime now) const;
    void published(const TemplateFacts& facts, SteadyTime now);
    // Another node took over, or the last one did not reach the bus: the next full template goes.
    void forget() { last_.reset(); }

  private:
    struct Last {
        TemplateFacts facts;
        SteadyTime at;
    };
    PublishSettings settings_;
    std::optional<Last> last_;
};

}  // namespace lode::gbtmaker
