// Bodies as widgets read them.
#include "statshttpd/compat_public_pool.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

const UnixTime noon = from_unix_ms(1'795'262'400'000 + 43'200'000);

Measured hashes(std::uint64_t a_second) {
    return {.sum = {.work = bitcoin::Work(0, a_second * 60), .shares = 1},
            .covered = std::chrono::minutes(1)};
}

BlocksPage one_block() {
    Block block;
    block.height = 7;
    block.user = "bc1q";
    block.worker = "rig";
    BlocksPage page;
    page.total = 1;
    page.rows.push_back(block);
    return page;
}

std::optional<CurrentJob> job() {
    return CurrentJob{
        .id = JobId(1), .height = 8, .difficulty = "4.5", .clean = true, .produced = noon};
}

}  // namespace

TEST_CASE("times are as browsers read them") {
    CHECK(iso_time(from_unix_ms(0)) == "1970-01-01T00:00:00.000Z");
    CHECK(iso_time(from_unix_ms(1'795'262'400'000 + 3'723'004)) == "2026-11-21T13:02:03.004Z");
}

TEST_CASE("info, pool and network") {
    CHECK(public_pool_info(one_block(), from_unix_ms(0)) ==
          R"({"blockData":[{"height":7,"minerAddress":"bc1q","worker":"rig","sessionId":""}],)"
          R"("userAgents":[],"highScores":[],"uptime":"1970-01-01T00:00:00.000Z"})");
    CHECK(public_pool_pool({.hour = hashes(5), .active = {.users = 1, .workers = 3}, .job = job()},
                           one_block()) ==
          R"({"totalHashRate":5,"blockHeight":7,"totalMiners":3,)"
          R"("blocksFound":[{"height":7,"minerAddress":"bc1q","worker":"rig","sessionId":""}]})");
    CHECK(public_pool_network(job(), "main") == R"({"chain":"main","blocks":7,"difficulty":4.5})");
    CHECK(public_pool_network({}, "main") == R"({"chain":"main","blocks":null,"difficulty":null})");
}

TEST_CASE("a chart has a point for every step, also where nobody worked") {
    const Span span{"x", std::chrono::minutes(10), 2};
    const SpanTime time{from_unix_ms(0), from_unix_ms(1'200'000)};
    CHECK(public_pool_chart({{from_unix_ms(600'000), {bitcoin::Work(0, 6'000), 1}}}, span, time) ==
          R"([{"label":"1970-01-01T00:00:00.000Z","data":0},)"
          R"({"label":"1970-01-01T00:10:00.000Z","data":10}])");
}

TEST_CASE("a client and its workers") {
    const WorkerRates rig{.user = "u",
                          .worker = "rig",
                          .five_minutes = hashes(9),
                          .fifteen_minutes = {},
                          .hour = {},
                          .last_share = from_unix_ms(1'000)};
    CHECK(public_pool_client({rig}) ==
          R"({"bestDifficulty":null,"workersCount":1,"workers":[{"sessionId":"","name":"rig",)"
          R"("bestDifficulty":null,"hashRate":9,"startTime":null,)"
          R"("lastSeen":"1970-01-01T00:00:01.000Z"}]})");
    CHECK(public_pool_client({}) == R"({"bestDifficulty":null,"workersCount":0,"workers":[]})");
    CHECK(public_pool_worker(rig) ==
          R"({"name":"rig","bestDifficulty":null,"chartData":[],"hashRate":9,)"
          R"("lastSeen":"1970-01-01T00:00:01.000Z"})");
}
