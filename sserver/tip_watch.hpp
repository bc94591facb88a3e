// Whether our work is dead although jobs still come: a node has had a block that the newest job
// does not build on for so long that the job should have changed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::sserver {

struct NodeTip {
    std::int64_t height = 0;
    bitcoin::Uint256 chainwork;
};

class TipWatch {
  public:
    explicit TipWatch(std::size_t nodes) : nodes_(nodes) {}

    // What a node shows; nothing when it is down or still loads the chain.
    void report(std::size_t node, const std::optional<NodeTip>& tip, SteadyTime now);
    // The newest job: the height it mines and the block it builds on.
    void job(std::int64_t height, const bitcoin::Hash256& prev_hash, SteadyTime now);

    // Whether a newer tip was there without a break for `patience`, and is. To be asked more often
    // than that.
    [[nodiscard]] bool dead_work(SteadyTime now);

  private:
    static constexpr auto patience = std::chrono::seconds(10);
    // A report is as good as none after this: four times the interval of asking.
    static constexpr auto report_life = std::chrono::seconds(8);

    struct Report {
        std::optional<NodeTip> tip;
        SteadyTime at;
    };
    [[nodiscard]] bool newer_tip(SteadyTime now) const;
    void look(SteadyTime now);

    std::vector<Report> nodes_;
    std::optional<std::int64_t> height_;
    bitcoin::Hash256 prev_hash_;
    std::optional<SteadyTime> newer_since_;
};

}  // namespace lode::sserver
