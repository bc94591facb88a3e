// One ring for the last hour and one for the last day; two small ones a worker.
#include "statshttpd/live_windows.hpp"

#include <iterator>

namespace lode::statshttpd {

using std::chrono::hours;
using std::chrono::minutes;

LiveWindows::LiveWindows(UnixTime since) : since_(since), day_known_since_(since) {}

Tracked LiveWindows::add(const LiveShare& share, UnixTime now) {
    if (share.accepted < since_) return Tracked::yes;
    // A clock ahead of ours must not write into slots that are yet to come.
    const UnixTime at = std::min(share.accepted, now);
    const Sum sum{share.work, 1};
    hour_.add(at, sum);
    day_.add(at, sum);
    if (at < now - forget_time) return Tracked::yes;
    auto found = workers_.find({share.user, share.worker});
    if (found == workers_.end()) {
        if (workers_.size() >= workers_max) return Tracked::no;
        found = workers_.emplace(Name{share.user, share.worker}, Worker{}).first;
    }
    Worker& worker = found->second;
    worker.five_minutes.add(at, sum);
    worker.hour.add(at, sum);
    worker.last_share = std::max(worker.last_share, at);
    return Tracked::yes;
}

void LiveWindows::seed(const std::map<UnixTime, Sum>& sums) {
    for (const auto& [start, sum] : sums) {
        if (start < since_) day_.add(start, sum);
    }
    day_known_since_ = since_ - decltype(day_)::longest;
}

// A window that reaches back before anything is known is measured over the known part.
Measured LiveWindows::known(Measured measured, UnixTime known_since, UnixTime now) const {
    measured.covered = std::min(measured.covered, now - known_since);
    return measured;
}

PoolRates LiveWindows::pool(UnixTime now) const {
    return {.minute = hour_.last(minutes(1), now),
            .five_minutes = hour_.last(minutes(5), now),
            .fifteen_minutes = hour_.last(minutes(15), now),
            .hour = known(hour_.last(hours(1), now), since_, now),
            .day = known(day_.last(hours(24), now), day_known_since_, now)};
}

Active LiveWindows::active(UnixTime now) {
    if (counted_at_ && now - *counted_at_ < std::chrono::seconds(1)) return counted_;
    counted_ = {};
    const std::string* user = nullptr;
    for (const auto& [name, worker] : workers_) {
        if (worker.last_share < now - active_time) continue;
        ++counted_.workers;
        if (user == nullptr || *user != name.user) ++counted_.users;
        user = &name.user;
    }
    counted_at_ = now;
    return counted_;
}

WorkerPage LiveWindows::workers(const Filter& filter, UnixTime now) const {
    auto first = workers_.begin();
    auto last = workers_.end();
    if (filter.user) {
        first = workers_.lower_bound({*filter.user, ""});
        last = std::find_if(first, workers_.end(), [&filter](const auto& entry) {
            return entry.first.user != *filter.user;
        });
    }
    WorkerPage page;
    for (; first != last; ++first, ++page.total) {
        if (page.total < filter.offset || page.rows.size() >= filter.limit) continue;
        const auto& [name, worker] = *first;
        page.rows.push_back({.user = name.user,
                             .worker = name.worker,
                             .five_minutes = worker.five_minutes.last(minutes(5), now),
                             .hour = known(worker.hour.last(hours(1), now), since_, now),
                             .last_share = worker.last_share});
    }
    return page;
}

void LiveWindows::forget_old(UnixTime now) {
    std::erase_if(workers_, [limit = now - forget_time](const auto& entry) {
        return entry.second.last_share < limit;
    });
}

}  // namespace lode::statshttpd
