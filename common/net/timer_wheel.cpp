// Turning the wheel of deadlines.
#include "common/net/timer_wheel.hpp"

#include <algorithm>

namespace lode::net {

std::int64_t TimerWheel::tick_of(SteadyTime time) {
    return (time.time_since_epoch() + tick - Duration(1)) / tick;
}

void TimerWheel::insert(const Entry& entry) {
    const auto at = std::max(tick_of(entry.due), next_tick_);
    buckets_[static_cast<std::size_t>(at) % buckets_count].push_back(entry);
    ++size_;
}

std::vector<TimerWheel::Entry> TimerWheel::advance(SteadyTime now) {
    std::vector<Entry> due;
    // The last tick that is wholly past; a long pause needs one turn at most.
    const std::int64_t last = now.time_since_epoch() / tick;
    const std::int64_t first =
        std::max(next_tick_, last - static_cast<std::int64_t>(buckets_count) + 1);
    for (std::int64_t at = first; at <= last && size_ > 0; ++at) {
        // Swapped out, so that the memory of a bucket that was large once is given back.
        std::vector<Entry> bucket;
        bucket.swap(buckets_[static_cast<std::size_t>(at) % buckets_count]);
        for (const Entry& entry : bucket) {
            if (tick_of(entry.due) <= last) {
                due.push_back(entry);
            } else {
                buckets_[static_cast<std::size_t>(at) % buckets_count].push_back(entry);
            }
        }
    }
    size_ -= due.size();
    next_tick_ = std::max(next_tick_, last + 1);
    return due;
}

std::optional<SteadyTime> TimerWheel::next_wake() const {
    if (size_ == 0) return std::nullopt;
    std::int64_t at = next_tick_;
    while (buckets_[static_cast<std::size_t>(at) % buckets_count].empty()) ++at;
    return SteadyTime(at * tick);
}

}  // namespace lode::net
