// Bodies as scripts read the forerunner's status files.
#include "statshttpd/compat_ckpool.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

namespace {

Measured hashes(std::uint64_t a_second) {
    return {.sum = {.work = bitcoin::Work(0, a_second * 60), .shares = 4},
            .covered = std::chrono::minutes(1)};
}

}  // namespace

TEST_CASE("hash rates have three digits and a unit") {
    CHECK(ckpool_rate(hashes(0)) == "0");
    CHECK(ckpool_rate(hashes(999)) == "999");
    CHECK(ckpool_rate(hashes(1'000)) == "1.00K");
    CHECK(ckpool_rate(hashes(1'234'567'890'123)) == "1.23T");
}

TEST_CASE("the pool's status is three lines") {
    const PoolRates rates{.minute = hashes(1),
                          .five_minutes = hashes(2),
                          .fifteen_minutes = hashes(3),
                          .hour = hashes(4),
                          .day = hashes(5)};
    CHECK(ckpool_status({.rates = rates,
                         .active = {.users = 1, .workers = 2},
                         .uptime = std::chrono::seconds(7),
                         .now = from_unix_ms(9'999)}) ==
          R"({"runtime":7,"lastupdate":9,"Users":1,"Workers":2})"
          "\n"
          R"({"hashrate1m":"1","hashrate5m":"2","hashrate15m":"3","hashrate1hr":"4",)"
          R"("hashrate1d":"5"})"
          "\n"
          R"({"accepted":4})"
          "\n");
}

TEST_CASE("a user with his workers, also one who is away") {
    const UserRates rates{.user = "u",
                          .five_minutes = hashes(5'000),
                          .fifteen_minutes = {},
                          .hour = hashes(6'000),
                          .active_workers = 1,
                          .last_share = from_unix_ms(3'000)};
    const WorkerRates worker{.user = "u",
                             .worker = "rig",
                             .five_minutes = hashes(5'000),
                             .fifteen_minutes = {},
                             .hour = hashes(6'000),
                             .last_share = from_unix_ms(3'000)};
    CHECK(ckpool_user("u", {.rates = rates,
                            .day = hashes(7'000),
                            .last_share = from_unix_ms(3'000),
                            .first_seen = from_unix_ms(1'000),
                            .workers = {worker}}) ==
          R"({"hashrate5m":"5.00K","hashrate1hr":"6.00K","hashrate1d":"7.00K","lastshare":3,)"
          R"("workers":1,"authorised":1,"worker":[{"workername":"u.rig","hashrate5m":"5.00K",)"
          R"("hashrate1hr":"6.00K","lastshare":3}]})"
          "\n");
    CHECK(ckpool_user("u", {.rates = {},
                            .day = hashes(0),
                            .last_share = {},
                            .first_seen = from_unix_ms(1'000),
                            .workers = {}}) ==
          R"({"hashrate5m":"0","hashrate1hr":"0","hashrate1d":"0","lastshare":0,"workers":0,)"
          R"("authorised":1,"worker":[]})"
          "\n");
}
