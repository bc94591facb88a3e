// Bodies as the forerunner's clients read them.
#include "statshttpd/compat_btcpool.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

Measured of_difficulty(std::uint64_t difficulty, std::int64_t shares) {
    return {.sum = {.work = bitcoin::Work(difficulty >> 32, difficulty << 32), .shares = shares},
            .covered = std::chrono::minutes(1)};
}

WorkerRates worker(const std::string& name) {
    return {.user = "u",
            .worker = name,
            .five_minutes = of_difficulty(5, 1),
            .fifteen_minutes = of_difficulty(15, 2),
            .hour = of_difficulty(60, 7),
            .last_share = from_unix_ms(1'547'281'171'999)};
}

}  // namespace

TEST_CASE("the front page has four windows of share difficulty and an uptime in words") {
    const PoolRates rates{.minute = of_difficulty(1, 1),
                          .five_minutes = of_difficulty(128, 2),
                          .fifteen_minutes = of_difficulty(576, 3),
                          .hour = of_difficulty(5'000'000'000, 375),
                          .day = {}};
    CHECK(btcpool_pool(rates, {.users = 1, .workers = 2}, std::chrono::seconds(537'935)) ==
          R"({"err_no":0,"err_msg":"","data":{"uptime":"0006 d 05 h 25 m 35 s",)"
          R"("pool":{"accept":[1,128,576,5000000000],"accept_count":375,"workers":2,"users":1}}})");
}

TEST_CASE("workers are told by name, and together when asked to be merged") {
    CHECK(btcpool_workers({{"a", status_of(worker("a"))}}) ==
          R"({"err_no":0,"err_msg":"","data":{"a":{"accept":[0,5,15,60],"accept_count":7,)"
          R"("last_share_ip":"","last_share_time":1547281171,"workers":1}}})");
    WorkerStatus both = status_of(worker("a"));
    both += status_of(worker("b"));
    CHECK(both.workers == 2);
    CHECK(both.shares == 14);
    CHECK(both.hour == bitcoin::Work(0, 120ULL << 32));
    CHECK(both.last_share == from_unix_ms(1'547'281'171'999));
}

TEST_CASE("a worker nobody knows is valid JSON, too") {
    CHECK(btcpool_workers({{"a", {}}}) ==
          R"({"err_no":0,"err_msg":"","data":{"a":{"accept":[0,0,0,0],"accept_count":0,)"
          R"("last_share_ip":"","last_share_time":0,"workers":0}}})");
}

TEST_CASE("the query names a user and workers") {
    const auto query =
        parse_worker_status_query({{"user_id", "u"}, {"worker_id", "0,rig"}, {"is_merge", "true"}});
    REQUIRE(query);
    CHECK(query->user == "u");
    CHECK(query->workers == std::vector<std::string>{"0", "rig"});
    CHECK(query->merged);
    CHECK_FALSE(parse_worker_status_query({{"user_id", "u"}}));
    CHECK_FALSE(parse_worker_status_query({{"worker_id", "0"}}));
    CHECK_FALSE(parse_worker_status_query(
        {{"user_id", "u"}, {"worker_id", std::string(2 * WorkerStatusQuery::workers_max, ',')}}));
}

TEST_CASE("other bodies") {
    CHECK(btcpool_flush_time(from_unix_ms(1'547'281'171'500)) ==
          R"({"err_no":0,"err_msg":"","data":{"flush_db_time":1547281171}})");
    CHECK(btcpool_invalid_arguments() == R"({"err_no":1,"err_msg":"invalid args","data":{}})");
}
