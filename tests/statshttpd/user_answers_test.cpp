// The bodies about users, to the byte.
#include "statshttpd/user_answers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);

Measured measured(std::uint64_t work, std::int64_t shares, std::chrono::seconds covered) {
    return {.sum = {bitcoin::Work(0, work), shares}, .covered = covered};
}

UserRates alice() {
    return {.user = "alice",
            .five_minutes = measured(600, 2, 300s),
            .hour = measured(14400, 4, 3600s),
            .active_workers = 3,
            .last_share = noon};
}

UserRecord record() {
    return {.first_seen = noon - 48h,
            .last_share = noon - 1s,
            .scheme = "fpps",
            .blocks_found = 2,
            .day = measured(864'000, 9, 86400s)};
}

}  // namespace

TEST_CASE("users") {
    CHECK(to_json(UserPage{.total = 7, .rows = {alice()}}, {.limit = 1, .offset = 2}) ==
          R"({"total":7,"limit":1,"offset":2,"users":[{"user":"alice","hashrate_5m":2,)"
          R"("hashrate_1h":4,"workers":3,"shares_1h":4,"last_share_unix_ms":1795262400000}]})");
}

TEST_CASE("a user") {
    CHECK(to_json({.user = "alice", .record = record(), .rates = alice()}) ==
          R"({"user":"alice","hashrate_5m":2,"hashrate_1h":4,"hashrate_24h":10,)"
          R"("workers_active":3,"shares_1h":4,"last_share_unix_ms":1795262400000,)"
          R"("first_seen_unix_ms":1795089600000,"scheme":"fpps","blocks_found":2})");
}

TEST_CASE("a user who was away is shown by what the database knows") {
    CHECK(to_json({.user = "alice", .record = record(), .rates = {}}) ==
          R"({"user":"alice","hashrate_5m":0,"hashrate_1h":0,"hashrate_24h":10,)"
          R"("workers_active":0,"shares_1h":0,"last_share_unix_ms":1795262399000,)"
          R"("first_seen_unix_ms":1795089600000,"scheme":"fpps","blocks_found":2})");
}

TEST_CASE("a user who just came has no history") {
    const auto body = to_json({.user = "alice", .record = {}, .rates = alice()});
    CHECK(body.find(R"("last_share_unix_ms":1795262400000,"first_seen_unix_ms":null,)"
                    R"("scheme":"base","blocks_found":0})") != std::string::npos);
}

TEST_CASE("a user's workers are online, idle or offline") {
    const auto worker = [](UnixTime last) {
        return WorkerRates{.user = "alice",
                           .worker = "rig",
                           .five_minutes = {},
                           .hour = measured(3600, 1, 3600s),
                           .last_share = last};
    };
    const UserWorkersAnswer answer{.total = 3,
                                   .rows = {{{"a", noon - 20s}, worker(noon - 10min)},
                                            {{"b", noon}, worker(noon - 10min - 1ms)},
                                            {{"c", noon - 72h}, {}}},
                                   .now = noon};
    CHECK(to_json(answer, {}) ==
          R"({"total":3,"limit":100,"offset":0,"workers":[)"
          R"({"worker":"a","state":"online","hashrate_5m":0,"hashrate_1h":1,"shares_1h":1,)"
          R"("last_share_unix_ms":1795262380000},)"
          R"({"worker":"b","state":"idle","hashrate_5m":0,"hashrate_1h":1,"shares_1h":1,)"
          R"("last_share_unix_ms":1795262400000},)"
          R"({"worker":"c","state":"offline","hashrate_5m":0,"hashrate_1h":0,"shares_1h":0,)"
          R"("last_share_unix_ms":1795003200000}]})");
}
