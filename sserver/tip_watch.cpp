// Most work is the tip: a longer chain with less of it does not count, a rival of our own height
// has no block that ours could build on.
#include "sserver/tip_watch.hpp"

namespace lode::sserver {

void TipWatch::report(std::size_t node, const std::optional<NodeTip>& tip, SteadyTime now) {
    nodes_.at(node) = {tip, now};
    look(now);
}

void TipWatch::job(std::int64_t height, const bitcoin::Hash256& prev_hash, SteadyTime now) {
    if (!height_ || prev_hash != prev_hash_) newer_since_.reset();
    height_ = height;
    prev_hash_ = prev_hash;
    look(now);
}

bool TipWatch::newer_tip(SteadyTime now) const {
    const NodeTip* best = nullptr;
    for (const Report& report : nodes_) {
        if (!report.tip || now - report.at > report_life) continue;
        if (best == nullptr || report.tip->chainwork > best->chainwork) best = &*report.tip;
    }
    return best != nullptr && height_ && best->height >= *height_;
}

void TipWatch::look(SteadyTime now) {
    if (!newer_tip(now)) {
        newer_since_.reset();
    } else if (!newer_since_) {
        newer_since_ = now;
    }
}

bool TipWatch::dead_work(SteadyTime now) {
    look(now);
    return newer_since_ && now - *newer_since_ >= patience;
}

}  // namespace lode::sserver
