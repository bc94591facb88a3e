// Compares the tips of the watched pools with our own: who was first, what we do not have yet, who
// stays elsewhere. Pure logic; pools are numbered as in the configuration.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"
#include "poolwatcher/pool_session.hpp"

namespace lode::poolwatcher {

using PoolIndex = std::size_t;

// The template topic's newest, as far as it matters here.
struct OwnTip {
    bitcoin::Hash256 prev_hash;
    bitcoin::Hash256 chainwork;  // big-endian, as on the bus: compares by bytes
};

// Another pool works on a tip we do not have: our nodes should look.
struct Unknown {
    PoolIndex pool = 0;
    PoolTip tip;
};
// Pool and we have the same tip; lag is its time minus ours, negative when it was first.
struct Met {
    PoolIndex pool = 0;
    bitcoin::Hash256 prev_hash;
    Duration lag{};
};
// It has stayed on another tip than ours for too long, once said.
struct Forked {
    PoolIndex pool = 0;
    bitcoin::Hash256 prev_hash;
    bitcoin::Hash256 ours;
};
// A fork ended.
struct Rejoined {
    PoolIndex pool = 0;
    bitcoin::Hash256 prev_hash;
};
using Finding = std::variant<Unknown, Met, Forked, Rejoined>;
using Findings = std::vector<Finding>;

class TipBoard {
  public:
    TipBoard(std::size_t pools, Duration fork_after);

    [[nodiscard]] Findings own(const OwnTip& tip, SteadyTime now);
    [[nodiscard]] Findings seen(PoolIndex pool, const PoolTip& tip, SteadyTime now);
    // The connection is gone: what the pool works on is no longer known.
    void lost(PoolIndex pool);
    // To be called about once a second.
    [[nodiscard]] Findings tick(SteadyTime now);

    [[nodiscard]] bool forked(PoolIndex pool) const { return pools_[pool].forked; }

  private:
    struct Known {
        bitcoin::Hash256 prev_hash;
        SteadyTime since;
    };
    struct Pool {
        std::optional<PoolTip> tip;
        SteadyTime tip_since;
        bool tip_new = false;  // it changed to this tip before our eyes, so its time is known
        bool met = false;      // Met was said of this tip
        bool hinted = false;   // Unknown was said of this tip
        std::optional<SteadyTime> last_hint;
        std::optional<SteadyTime> elsewhere_since;
        bool forked = false;
    };

    [[nodiscard]] const Known* known(const bitcoin::Hash256& prev_hash) const;
    // These add to findings_, which take() hands out.
    void compare(PoolIndex index, SteadyTime now);
    void hint(PoolIndex index, SteadyTime now);
    [[nodiscard]] Findings take();

    Duration fork_after_;
    std::vector<Pool> pools_;
    std::deque<Known> own_;  // newest last
    bitcoin::Hash256 own_work_;
    Findings findings_;
    SteadyTime own_seen_{};  // when a template last named the newest
};

}  // namespace lode::poolwatcher
