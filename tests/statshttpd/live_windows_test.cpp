// Rates of the pool and its workers with time moved by hand.
#include "statshttpd/live_windows.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr auto since = noon - 50min;

LiveShare a_share(std::string user, std::string worker, UnixTime at) {
    return {.user = std::move(user),
            .worker = std::move(worker),
            .work = bitcoin::Work(0, 600),
            .accepted = at};
}

std::vector<std::string> names(const WorkerPage& page) {
    std::vector<std::string> names;
    for (const WorkerRates& row : page.rows) names.push_back(row.user + '.' + row.worker);
    return names;
}

using Names = std::vector<std::string>;

// Three workers of two users, a share each.
LiveWindows three_workers() {
    LiveWindows windows(since);
    for (const char* worker : {"b", "a"}) {
        REQUIRE(windows.add(a_share("alice", worker, noon), noon) == Tracked::yes);
    }
    REQUIRE(windows.add(a_share("bob", "", noon), noon) == Tracked::yes);
    return windows;
}

}  // namespace

TEST_CASE("a share counts in every window that reaches back to it") {
    LiveWindows windows(since);
    (void)windows.add(a_share("alice", "rig", noon - 7min), noon);
    const auto rates = windows.pool(noon);
    CHECK(rates.minute.sum.shares == 0);
    CHECK(rates.five_minutes.sum.shares == 0);
    CHECK(rates.fifteen_minutes.sum.shares == 1);
    CHECK(rates.hour.sum.shares == 1);
    CHECK(rates.day.sum == Sum{bitcoin::Work(0, 600), 1});
}

TEST_CASE("a clock ahead of ours does not hide a share") {
    LiveWindows windows(since);
    (void)windows.add(a_share("alice", "rig", noon + 50s), noon);
    CHECK(windows.pool(noon).minute.sum.shares == 1);
    CHECK(windows.workers({.user = {}, .limit = 1}, noon).rows[0].last_share == noon);
}

TEST_CASE("windows are measured over what is known of them") {
    LiveWindows windows(since);
    CHECK(windows.pool(noon).hour.covered == 50min);
    CHECK(windows.pool(noon).day.covered == 50min);
    windows.seed({});
    CHECK(windows.pool(noon).hour.covered == 50min);
    CHECK(windows.pool(noon).day.covered == 24h);
}

TEST_CASE("the database fills in the day before, and nothing counts twice") {
    LiveWindows windows(since);
    (void)windows.add(a_share("alice", "rig", since - 1ms), noon);
    (void)windows.add(a_share("alice", "rig", since), noon);
    windows.seed({{since - 24h, {bitcoin::Work(0, 7), 1}},  // has left the day by noon
                  {since - 20min, {bitcoin::Work(0, 40), 4}},
                  {since - 10min, {bitcoin::Work(0, 50), 5}},
                  {since, {bitcoin::Work(0, 60), 6}}});
    CHECK(windows.pool(noon).day.sum == Sum{bitcoin::Work(0, 690), 10});
    CHECK(windows.pool(noon).hour.sum.shares == 1);
}

TEST_CASE("workers are listed by name, in pages") {
    LiveWindows windows = three_workers();
    const auto all = windows.workers({.user = {}, .limit = 10}, noon);
    CHECK(all.total == 3);
    CHECK(names(all) == Names{"alice.a", "alice.b", "bob."});
    const auto page = windows.workers({.user = {}, .offset = 1, .limit = 1}, noon);
    CHECK(page.total == 3);
    CHECK(names(page) == Names{"alice.b"});
    CHECK(names(windows.workers({.user = {}, .offset = 9, .limit = 1}, noon)).empty());
}

TEST_CASE("workers of one user are listed alone") {
    LiveWindows windows = three_workers();
    CHECK(names(windows.workers({.user = "alice", .limit = 10}, noon)) ==
          Names{"alice.a", "alice.b"});
    CHECK(windows.workers({.user = "alice", .limit = 1}, noon).total == 2);
    CHECK(windows.workers({.user = "alic", .limit = 10}, noon).total == 0);
    CHECK(windows.workers({.user = "zoe", .limit = 10}, noon).total == 0);
}

TEST_CASE("a worker's rates are its own") {
    LiveWindows windows = three_workers();
    (void)windows.add(a_share("alice", "a", noon), noon);
    const auto rows = windows.workers({.user = "alice", .limit = 10}, noon).rows;
    CHECK(rows[0].five_minutes.sum.shares == 2);
    CHECK(rows[1].five_minutes.sum.shares == 1);
    CHECK(hashrate(rows[0].five_minutes) == "4");
    CHECK(rows[0].hour.covered == 50min);
}

TEST_CASE("users and workers are active for ten minutes after a share") {
    LiveWindows windows = three_workers();
    (void)windows.add(a_share("bob", "", noon + 5min), noon + 5min);
    const auto early = windows.active(noon + 10min);
    CHECK(early.users == 2);
    CHECK(early.workers == 3);
    const auto late = windows.active(noon + 12min);
    CHECK(late.users == 1);
    CHECK(late.workers == 1);
}

TEST_CASE("a count of the active holds for a second") {
    LiveWindows windows = three_workers();
    CHECK(windows.active(noon).workers == 3);
    (void)windows.add(a_share("zoe", "", noon), noon);
    CHECK(windows.active(noon + 999ms).workers == 3);
    CHECK(windows.active(noon + 1s).workers == 4);
}

TEST_CASE("a worker is forgotten an hour after its last share") {
    LiveWindows windows = three_workers();
    (void)windows.add(a_share("bob", "", noon + 1min), noon + 1min);
    windows.forget_old(noon + 1h);
    CHECK(windows.tracked() == 3);
    windows.forget_old(noon + 1h + 1ms);
    CHECK(names(windows.workers({.user = {}, .limit = 10}, noon)) == Names{"bob."});
}

TEST_CASE("one worker too many is not tracked, and its share still counts for the pool") {
    LiveWindows windows(since);
    for (std::size_t i = 0; i < LiveWindows::workers_max; ++i) {
        (void)windows.add(a_share("alice", std::to_string(i), noon), noon);
    }
    CHECK(windows.tracked() == LiveWindows::workers_max);
    CHECK(windows.add(a_share("bob", "", noon), noon) == Tracked::no);
    CHECK(windows.add(a_share("alice", "7", noon), noon) == Tracked::yes);
    CHECK(windows.tracked() == LiveWindows::workers_max);
    CHECK(windows.pool(noon).minute.sum.shares == LiveWindows::workers_max + 2);
}

namespace {

std::vector<std::string> users(LiveWindows& windows, const UsersQuery& query, UnixTime now) {
    std::vector<std::string> names;
    for (const UserRates& row : windows.users(query, now).rows) names.push_back(row.user);
    return names;
}

}  // namespace

TEST_CASE("a user's rates are those of all of his workers together") {
    LiveWindows windows = three_workers();
    (void)windows.add(a_share("alice", "a", noon + 5min), noon + 5min);
    const auto alice = windows.user("alice", noon + 11min);
    REQUIRE(alice);
    CHECK(alice->hour.sum.shares == 3);
    CHECK(alice->five_minutes.sum.shares == 0);
    CHECK(alice->active_workers == 1);
    CHECK(alice->last_share == noon + 5min);
    CHECK(alice->hour.covered == 61min);
    CHECK_FALSE(windows.user("zoe", noon));
    CHECK(windows.worker("alice", "a", noon + 11min)->hour.sum.shares == 2);
    CHECK_FALSE(windows.worker("alice", "c", noon));
}

TEST_CASE("users are listed by the work of the last hour or by name, in pages") {
    LiveWindows windows(since);
    for (const auto& [user, shares] :
         std::map<std::string, int>{{"alice", 2}, {"bob", 3}, {"bert", 1}, {"zoe", 2}}) {
        for (int i = 0; i < shares; ++i) (void)windows.add(a_share(user, "", noon), noon);
    }
    CHECK(users(windows, {}, noon) == Names{"bob", "alice", "zoe", "bert"});
    const auto by_name = UsersQuery{.page = {}, .order = UsersOrder::name, .search = {}};
    CHECK(users(windows, by_name, noon) == Names{"alice", "bert", "bob", "zoe"});
    CHECK(users(windows, {.page = {.limit = 2, .offset = 1}}, noon) == Names{"alice", "zoe"});
    CHECK(windows.users({.page = {.limit = 2, .offset = 1}}, noon).total == 4);
    CHECK(users(windows, {.page = {}, .order = {}, .search = "b"}, noon) == Names{"bob", "bert"});
    CHECK(windows.users({.page = {.limit = 1}, .order = {}, .search = "b"}, noon).total == 2);
    CHECK(users(windows, {.page = {.offset = 9}}, noon).empty());
}

TEST_CASE("a user is forgotten an hour after his last share, also by lists made before") {
    LiveWindows windows = three_workers();
    CHECK(windows.users({}, noon).total == 2);
    (void)windows.add(a_share("bob", "", noon + 1h), noon + 1h);
    windows.forget_old(noon + 1h + 500ms);
    CHECK(users(windows, {}, noon + 1h + 500ms) == Names{"bob"});
}

TEST_CASE("users are spread over decades of their hash rate, without gaps between") {
    LiveWindows windows(noon);
    CHECK(to_json(windows.distribution(noon)) == R"({"buckets":[]})");
    const auto at = noon + 1000s;
    // 600 hashes a share in a thousand seconds.
    for (const auto& [user, shares] :
         std::map<std::string, int>{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 200}}) {
        for (int i = 0; i < shares; ++i) (void)windows.add(a_share(user, "", at), at);
    }
    CHECK(to_json(windows.distribution(at)) ==
          R"({"buckets":[{"from_hashrate":0,"to_hashrate":1,"users":1,"hashrate":0},)"
          R"({"from_hashrate":1,"to_hashrate":10,"users":2,"hashrate":3},)"
          R"({"from_hashrate":10,"to_hashrate":100,"users":0,"hashrate":0},)"
          R"({"from_hashrate":100,"to_hashrate":1000,"users":1,"hashrate":120}]})");
}

TEST_CASE("one user too many is not tracked, and his share still counts for the pool") {
    LiveWindows windows(since);
    for (std::size_t i = 0; i < LiveWindows::users_max; ++i) {
        (void)windows.add(a_share(std::to_string(i), "", noon), noon);
    }
    CHECK(windows.add(a_share("zoe", "", noon), noon) == Tracked::no);
    CHECK_FALSE(windows.user("zoe", noon));
    CHECK(windows.pool(noon).minute.sum.shares == LiveWindows::users_max + 1);
}

TEST_CASE("the last hour by minutes is told as far as it is known, without the begun minute") {
    LiveWindows windows(since);
    (void)windows.add(a_share("alice", "", noon - 90s), noon);
    (void)windows.add(a_share("alice", "", noon), noon);
    const auto minutes = windows.by_minute(noon + 30s);
    CHECK(minutes.size() == 50);
    CHECK(minutes.begin()->first == since);
    CHECK(minutes.at(noon - 2min).shares == 1);
    CHECK(minutes.at(noon - 1min).shares == 0);
    CHECK(windows.by_minute(noon + 1h).size() == 60);
}
