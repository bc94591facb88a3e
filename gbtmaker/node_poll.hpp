// What to ask one node next. One call is under way at a time; after a failure the node is left
// alone for a while that doubles up to a limit.
#pragma once

#include <optional>
#include <variant>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::gbtmaker {

struct ReadChain {};
struct ReadHeader {
    bitcoin::Hash256 hash;
};
struct ReadTemplate {};
using Call = std::variant<ReadChain, ReadHeader, ReadTemplate>;

struct PollSettings {
    Duration interval = std::chrono::seconds(1);  // of looks at the chain
    Duration retry_first = std::chrono::seconds(1);
    Duration retry_max = std::chrono::seconds(15);
};

class NodePoll {
  public:
    explicit NodePoll(PollSettings settings) : settings_(settings) {}

    // The next call, which is then under way; nothing while another is or none is due.
    [[nodiscard]] std::optional<Call> next(SteadyTime now);

    [[nodiscard]] bool reads_header() const {
        return under_way_ && std::holds_alternative<ReadHeader>(*under_way_);
    }
    void answered();
    void failed(SteadyTime now);
    // How long the node is left alone after the last failure.
    [[nodiscard]] Duration retry_delay() const;

    // The newest block wanted replaces an older one. A node that told us of it is alive: the pause
    // after a failure ends.
    void want_header(const bitcoin::Hash256& hash);
    void want_template() { template_wanted_ = true; }
    void template_at_hand() { template_wanted_ = false; }
    void want_chain() { chain_at_ = SteadyTime::min(); }

  private:
    PollSettings settings_;
    std::optional<Call> under_way_;
    std::optional<bitcoin::Hash256> header_wanted_;
    bool template_wanted_ = false;
    SteadyTime chain_at_ = SteadyTime::min();
    std::optional<SteadyTime> paused_until_;
    unsigned failures_ = 0;
};

}  // namespace lode::gbtmaker
