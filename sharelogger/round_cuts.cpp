// A sorted list of moments, and what follows for rows.
#include "sharelogger/round_cuts.hpp"

#include <algorithm>

namespace lode::sharelogger {
namespace {

constexpr auto behind = std::chrono::milliseconds(1);

}  // namespace

UnixTime minute_of(UnixTime time) {
    return std::chrono::floor<std::chrono::minutes>(time);
}

void RoundCuts::add(UnixTime cut) {
    if (cut < known_from_) return;
    const auto place = std::ranges::lower_bound(cuts_, cut);
    if (place != cuts_.end() && *place == cut) return;
    cuts_.insert(place, cut);
    if (cuts_.size() <= most_) return;
    // A tenth at a time, and of each minute all or none.
    known_from_ = minute_of(cuts_[most_ / 10]) + user_bucket_length;
    cuts_.erase(cuts_.begin(), std::ranges::lower_bound(cuts_, known_from_));
}

bool RoundCuts::has(UnixTime cut) const {
    return std::ranges::binary_search(cuts_, cut);
}

UnixTime RoundCuts::bucket_start(UnixTime accepted) const {
    const UnixTime minute = minute_of(accepted);
    // As good as always: the newest cut lies before this minute.
    if (cuts_.empty() || cuts_.back() < minute) return minute;
    const auto next = std::ranges::lower_bound(cuts_, accepted);
    if (next == cuts_.begin()) return minute;
    return std::max(minute, *(next - 1) + behind);
}

UnixTime RoundCuts::bucket_end(UnixTime time) const {
    const UnixTime end = minute_of(time) + user_bucket_length;
    const auto next = std::ranges::lower_bound(cuts_, time);
    return next == cuts_.end() ? end : std::min(end, *next + behind);
}

void PartitionCuts::made(const RoundCut& cut) {
    waiting_.erase(cut.at);
    made_.add(cut.at);
    if (cut.exactness == Exactness::inexact) inexact_minutes_.insert(minute_of(cut.at));
}

void PartitionCuts::found(UnixTime cut) {
    if (!made_.has(cut)) waiting_.insert(cut);
}

PartitionCuts::Plan PartitionCuts::plan(std::size_t most) const {
    Plan plan;
    for (const UnixTime cut : waiting_) {
        if (most-- == 0) break;
        if (cut < made_.known_from()) {
            plan.rowless.push_back({cut, Exactness::inexact});
            continue;
        }
        const TimeRange time{made_.bucket_start(cut), made_.bucket_end(cut)};
        if (cut + behind == time.until) {
            plan.rowless.push_back({cut, Exactness::exact});
            continue;
        }
        if (plan.ranges.empty() || plan.ranges.back().time != time) {
            plan.ranges.push_back({time, {}, inexact_minutes_.contains(minute_of(cut))});
        }
        plan.ranges.back().cuts.push_back(cut);
    }
    return plan;
}

}  // namespace lode::sharelogger
