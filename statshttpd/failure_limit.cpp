// Failures by key, the oldest forgotten first.
#include "statshttpd/failure_limit.hpp"

#include <algorithm>

namespace lode::statshttpd {

std::optional<std::chrono::seconds> FailureLimit::wait(const std::string& key,
                                                       SteadyTime now) const {
    const auto found = known_.find(key);
    if (found == known_.end() || found->second.count < free_failures) return {};
    constexpr int doublings_max = 6;
    const int doublings = std::min(found->second.count - free_failures, doublings_max);
    const auto pause = std::min(std::chrono::seconds(1 << doublings), longest_wait);
    const auto until = found->second.last + pause;
    if (until <= now) return {};
    return std::chrono::ceil<std::chrono::seconds>(until - now);
}

void FailureLimit::failed(const std::string& key, SteadyTime now) {
    if (!known_.contains(key)) make_room(now);
    Failures& failures = known_[key];
    if (failures.last + forget_time <= now) failures.count = 0;
    ++failures.count;
    failures.last = now;
}

void FailureLimit::make_room(SteadyTime now) {
    if (known_.size() < known_max) return;
    std::erase_if(known_,
                  [now](const auto& entry) { return entry.second.last + forget_time <= now; });
    if (known_.size() < known_max) return;
    known_.erase(
        std::ranges::min_element(known_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace lode::statshttpd
