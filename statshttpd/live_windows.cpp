// One ring for the last hour and one for the last day; two small ones a user and a worker.
#include "statshttpd/live_windows.hpp"

#include <algorithm>
#include <ranges>
#include <span>

#include "common/json/writer.hpp"

namespace lode::statshttpd {

using std::chrono::hours;
using std::chrono::minutes;

namespace {

// An index takes some 0.3 µs a name; held for so long it takes less than a hundredth of the time.
constexpr auto index_hold_min = std::chrono::seconds(1);
constexpr auto index_hold_a_name = std::chrono::microseconds(30);

template <class Row>
std::vector<const Row*> page_of(std::span<const Row* const> rows, std::size_t offset,
                                std::size_t limit) {
    const auto page = rows.subspan(std::min(offset, rows.size()));
    return {page.begin(), page.begin() + static_cast<std::ptrdiff_t>(std::min(limit, page.size()))};
}

}  // namespace

LiveWindows::LiveWindows(UnixTime since) : since_(since), day_known_since_(since) {}

void LiveWindows::Rates::add(UnixTime at, const Sum& sum) {
    five_minutes.add(at, sum);
    hour.add(at, sum);
    last_share = std::max(last_share, at);
}

Tracked LiveWindows::add(const LiveShare& share, UnixTime now) {
    if (share.accepted < since_) return Tracked::yes;
    // A clock ahead of ours must not write into slots that are yet to come.
    const UnixTime at = std::min(share.accepted, now);
    const Sum sum{share.work, 1};
    hour_.add(at, sum);
    day_.add(at, sum);
    if (at < now - forget_time) return Tracked::yes;
    auto user = users_.find(share.user);
    if (user == users_.end()) {
        if (users_.size() >= users_max) return Tracked::no;
        user = users_.emplace(share.user, Rates{}).first;
    }
    user->second.add(at, sum);
    auto worker = workers_.find({share.user, share.worker});
    if (worker == workers_.end()) {
        if (workers_.size() >= workers_max) return Tracked::no;
        worker = workers_.emplace(Name{share.user, share.worker}, Rates{}).first;
    }
    worker->second.add(at, sum);
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

std::map<UnixTime, Sum> LiveWindows::by_minute(UnixTime now) const {
    auto steps = hour_.by(minutes(1), now);
    steps.erase(steps.begin(), steps.lower_bound(since_));
    return steps;
}

Active LiveWindows::active(UnixTime now) {
    return index(now).active;
}

const LiveWindows::Index& LiveWindows::index(UnixTime now) {
    const auto hold = std::max<std::chrono::microseconds>(
        index_hold_min,
        index_hold_a_name * static_cast<std::int64_t>(workers_.size() + users_.size()));
    if (index_ && now - index_->at < hold) return *index_;
    Index fresh{.at = now, .workers = {}, .users = {}, .users_by_work = {}, .active = {}};
    fresh.workers.reserve(workers_.size());
    for (const auto& worker : workers_) {
        fresh.workers.push_back(&worker);
        if (worker.second.last_share >= now - active_time) ++fresh.active.workers;
    }
    auto& by_work = fresh.users_by_work;
    by_work.reserve(users_.size());
    for (const auto& user : users_) {
        fresh.users.push_back(&user);
        if (user.second.last_share >= now - active_time) ++fresh.active.users;
        by_work.emplace_back(user.second.hour.last(hours(1), now).sum.work, &user);
    }
    std::ranges::stable_sort(by_work, std::greater<>(), [](const auto& one) { return one.first; });
    index_ = std::move(fresh);
    return *index_;
}

WorkerRates LiveWindows::rates_of(const Workers::value_type& worker, UnixTime now) const {
    const auto& [name, rates] = worker;
    return {.user = name.user,
            .worker = name.worker,
            .five_minutes = rates.five_minutes.last(minutes(5), now),
            .fifteen_minutes = known(rates.hour.last(minutes(15), now), since_, now),
            .hour = known(rates.hour.last(hours(1), now), since_, now),
            .last_share = rates.last_share};
}

UserRates LiveWindows::rates_of(const Users::value_type& user, UnixTime now) const {
    const auto& [name, rates] = user;
    UserRates row{.user = name,
                  .five_minutes = rates.five_minutes.last(minutes(5), now),
                  .fifteen_minutes = known(rates.hour.last(minutes(15), now), since_, now),
                  .hour = known(rates.hour.last(hours(1), now), since_, now),
                  .active_workers = 0,
                  .last_share = rates.last_share};
    for (auto own = workers_.lower_bound({name, ""});
         own != workers_.end() && own->first.user == name; ++own) {
        if (own->second.last_share >= now - active_time) ++row.active_workers;
    }
    return row;
}

WorkerPage LiveWindows::workers(const Filter& filter, UnixTime now) {
    std::span<const Workers::const_pointer> all = index(now).workers;
    if (filter.user) {
        const auto own = std::ranges::equal_range(
            all, *filter.user, std::less<>(),
            [](Workers::const_pointer worker) -> const std::string& { return worker->first.user; });
        all = {own.begin(), own.end()};
    }
    WorkerPage page{.total = all.size(), .rows = {}};
    for (const auto* worker : page_of<Workers::value_type>(all, filter.offset, filter.limit)) {
        page.rows.push_back(rates_of(*worker, now));
    }
    return page;
}

UserPage LiveWindows::users(const UsersQuery& query, UnixTime now) {
    const Index& found = index(now);
    std::vector<Users::const_pointer> fitting;
    const auto take = [&](Users::const_pointer user) {
        if (user->first.starts_with(query.search)) fitting.push_back(user);
    };
    if (query.order == UsersOrder::name) {
        std::ranges::for_each(found.users, take);
    } else {
        std::ranges::for_each(found.users_by_work | std::views::values, take);
    }
    UserPage page{.total = fitting.size(), .rows = {}};
    for (const auto* user :
         page_of<Users::value_type>(fitting, query.page.offset, query.page.limit)) {
        page.rows.push_back(rates_of(*user, now));
    }
    return page;
}

std::vector<Decade> LiveWindows::distribution(UnixTime now) {
    const auto covered = known(SlidingSum<300, 12>().last(hours(1), now), since_, now).covered;
    std::map<int, Decade> found;
    for (const auto& [work, user] : index(now).users_by_work) {
        const Measured measured{.sum = {work, 0}, .covered = covered};
        const std::string rate = hashrate(measured);
        const int exponent = rate == "0" ? -1 : static_cast<int>(rate.size()) - 1;
        Decade& decade = found[exponent];
        ++decade.users;
        decade.sum.sum += measured.sum;
        decade.sum.covered = covered;
    }
    std::vector<Decade> decades;
    if (found.empty()) return decades;
    for (int exponent = found.begin()->first; exponent <= found.rbegin()->first; ++exponent) {
        decades.push_back(found[exponent]);
        if (exponent >= 0) decades.back().exponent = exponent;
    }
    return decades;
}

std::string to_json(const std::vector<Decade>& decades) {
    const auto power = [](int exponent) {
        return "1" + std::string(static_cast<std::size_t>(exponent), '0');
    };
    json::Writer writer;
    writer.object().key("buckets").array();
    for (const Decade& decade : decades) {
        writer.object()
            .key("from_hashrate")
            .decimal(decade.exponent ? power(*decade.exponent) : "0")
            .key("to_hashrate")
            .decimal(decade.exponent ? power(*decade.exponent + 1) : "1")
            .field("users", decade.users)
            .key("hashrate")
            .decimal(hashrate(decade.sum))
            .end();
    }
    return writer.end().end().take();
}

std::optional<UserRates> LiveWindows::user(const std::string& name, UnixTime now) const {
    const auto found = users_.find(name);
    if (found == users_.end()) return std::nullopt;
    return rates_of(*found, now);
}

std::optional<WorkerRates> LiveWindows::worker(const std::string& user, const std::string& name,
                                               UnixTime now) const {
    const auto found = workers_.find({user, name});
    if (found == workers_.end()) return std::nullopt;
    return rates_of(*found, now);
}

void LiveWindows::forget_old(UnixTime now) {
    const auto is_old = [limit = now - forget_time](const auto& entry) {
        return entry.second.last_share < limit;
    };
    if (std::erase_if(workers_, is_old) + std::erase_if(users_, is_old) > 0) index_.reset();
}

}  // namespace lode::statshttpd
