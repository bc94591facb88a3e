// The comparisons, made anew whenever a tip changes on either side.
#include "poolwatcher/tip_board.hpp"

#include <algorithm>
#include <utility>

namespace lode::poolwatcher {

namespace {

// Half a day of our tips: a pool that mines on an older one is told as a fork, not as lagging.
constexpr std::size_t own_max = 64;
// A pool that changes its tip more often than any chain is not believed each time.
constexpr Duration hint_interval = std::chrono::seconds(1);
// A template with less work than the newest is a lagging node's, unless the newest has not been
// named for so long that its node must have left it. Templates come at least twice a minute.
constexpr Duration own_fresh = std::chrono::seconds(60);

}  // namespace

TipBoard::TipBoard(std::size_t pools, Duration fork_after)
    : fork_after_(fork_after), pools_(pools) {}

Findings TipBoard::own(const OwnTip& tip, SteadyTime now) {
    if (!own_.empty() && own_.back().prev_hash == tip.prev_hash) {
        own_seen_ = now;
        return {};
    }
    const bool fresh = !own_.empty() && now - own_seen_ < own_fresh;
    if (fresh && tip.chainwork <= own_work_) return {};
    std::erase_if(own_, [&tip](const Known& one) { return one.prev_hash == tip.prev_hash; });
    own_.push_back({tip.prev_hash, now});
    if (own_.size() > own_max) own_.pop_front();
    own_work_ = tip.chainwork;
    own_seen_ = now;
    for (PoolIndex pool = 0; pool < pools_.size(); ++pool) compare(pool, now);
    return take();
}

Findings TipBoard::seen(PoolIndex index, const PoolTip& tip, SteadyTime now) {
    Pool& pool = pools_[index];
    if (pool.tip && pool.tip->prev_hash == tip.prev_hash) return {};
    pool.tip_new = pool.tip.has_value();
    pool.tip = tip;
    pool.tip_since = now;
    pool.met = false;
    pool.hinted = false;
    compare(index, now);
    return take();
}

void TipBoard::lost(PoolIndex index) {
    Pool& pool = pools_[index];
    const auto last_hint = pool.last_hint;
    pool = {};
    pool.last_hint = last_hint;
}

Findings TipBoard::tick(SteadyTime now) {
    for (PoolIndex index = 0; index < pools_.size(); ++index) {
        Pool& pool = pools_[index];
        if (!pool.tip || !pool.elsewhere_since) continue;
        if (!known(pool.tip->prev_hash)) hint(index, now);
        if (pool.forked || now - *pool.elsewhere_since < fork_after_) continue;
        pool.forked = true;
        findings_.push_back(Forked{index, pool.tip->prev_hash, own_.back().prev_hash});
    }
    return take();
}

const TipBoard::Known* TipBoard::known(const bitcoin::Hash256& prev_hash) const {
    const auto found = std::ranges::find(own_, prev_hash, &Known::prev_hash);
    return found == own_.end() ? nullptr : &*found;
}

void TipBoard::compare(PoolIndex index, SteadyTime now) {
    Pool& pool = pools_[index];
    if (!pool.tip || own_.empty()) return;
    const bitcoin::Hash256& theirs = pool.tip->prev_hash;
    const Known* ours = known(theirs);
    if (ours != nullptr && pool.tip_new && !pool.met) {
        pool.met = true;
        findings_.push_back(Met{index, theirs, pool.tip_since - ours->since});
    }
    if (theirs == own_.back().prev_hash) {
        pool.elsewhere_since.reset();
        if (std::exchange(pool.forked, false)) findings_.push_back(Rejoined{index, theirs});
        return;
    }
    if (!pool.elsewhere_since) pool.elsewhere_since = now;
    if (ours == nullptr) hint(index, now);
}

void TipBoard::hint(PoolIndex index, SteadyTime now) {
    Pool& pool = pools_[index];
    if (pool.hinted) return;
    const auto said = [&pool](const Pool& other) {
        return other.hinted && other.tip && other.tip->prev_hash == pool.tip->prev_hash;
    };
    if (std::ranges::any_of(pools_, said)) {
        pool.hinted = true;
        return;
    }
    if (pool.last_hint && now - *pool.last_hint < hint_interval) return;
    pool.hinted = true;
    pool.last_hint = now;
    findings_.push_back(Unknown{index, *pool.tip});
}

Findings TipBoard::take() {
    return std::exchange(findings_, {});
}

}  // namespace lode::poolwatcher
