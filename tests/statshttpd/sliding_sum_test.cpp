// Windows with time moved by hand.
#include "statshttpd/sliding_sum.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // a multiple of every slot length
constexpr Sum one{bitcoin::Work(0, 1000), 1};

}  // namespace

TEST_CASE("a share counts until its slot has left the window") {
    SlidingSum<10, 6> minute;
    minute.add(noon + 3s, one);
    CHECK(minute.last(60s, noon + 3s).sum == one);
    CHECK(minute.last(60s, noon + 69'999ms).sum == one);
    CHECK(minute.last(60s, noon + 70s).sum == Sum{});
}

TEST_CASE("a sum is measured over the window and the begun part of the current slot") {
    const SlidingSum<10, 6> minute;
    CHECK(minute.last(60s, noon).covered == 60s);
    CHECK(minute.last(60s, noon + 7s).covered == 67s);
    CHECK(minute.last(20s, noon + 9'999ms).covered == 29'999ms);
}

TEST_CASE("a steady rate is measured exactly, wherever in a slot one looks") {
    SlidingSum<10, 360> hour;
    for (auto at = noon; at < noon + 2h; at += 1s) hour.add(at, one);
    for (const auto offset : {0s, 1s, 5s, 9s}) {
        const UnixTime now = noon + 2h - 10s + offset;
        SlidingSum<10, 360> until_now;
        for (auto at = noon; at < now; at += 1s) until_now.add(at, one);
        CHECK(hashrate(until_now.last(60s, now)) == "1000");
        CHECK(hashrate(until_now.last(3600s, now)) == "1000");
    }
}

TEST_CASE("slots are used again when the ring comes round") {
    SlidingSum<10, 6> minute;
    minute.add(noon, one);
    minute.add(noon + 70s, one);
    CHECK(minute.last(60s, noon + 70s).sum.shares == 1);
}

TEST_CASE("what is older than the ring reaches does not disturb what is newer") {
    SlidingSum<10, 6> minute;
    minute.add(noon + 70s, one);
    minute.add(noon, one);
    CHECK(minute.last(60s, noon + 70s).sum.shares == 1);
}

TEST_CASE("shares may come out of order within the window") {
    SlidingSum<10, 6> minute;
    minute.add(noon + 50s, one);
    minute.add(noon + 20s, one);
    CHECK(minute.last(60s, noon + 50s).sum.shares == 2);
    CHECK(minute.last(20s, noon + 50s).sum.shares == 1);
}

TEST_CASE("a hash rate is exact beyond 64 bits and rounded down") {
    CHECK(hashrate({.sum = {bitcoin::Work(0, 59'999), 1}, .covered = 60s}) == "999");
    CHECK(hashrate({.sum = {bitcoin::Work(1ULL << 40, 0), 1}, .covered = 1s}) ==
          "20282409603651670423947251286016");
    CHECK(hashrate({.sum = one, .covered = 0s}) == "0");
}

TEST_CASE("steps are whole, and every share is in the step of its time") {
    for (const auto offset : {0s, 9s, 10s, 59s}) {
        const UnixTime now = noon + 119min + offset;
        SlidingSum<10, 360> hour;
        for (auto at = noon; at < now; at += 1s) hour.add(at, one);
        const auto steps = hour.by(60s, now);
        CHECK(steps.begin()->first >= noon + 59min);
        CHECK(steps.rbegin()->first == noon + 118min);
        for (const auto& [at, sum] : steps) CHECK(sum.shares == 60);
    }
}

TEST_CASE("a step without shares is there, too, and none of an earlier round") {
    SlidingSum<10, 6> minute;
    minute.add(noon, one);
    const auto steps = minute.by(20s, noon + 120s);
    CHECK(steps == std::map<UnixTime, Sum>{{noon + 60s, {}}, {noon + 80s, {}}, {noon + 100s, {}}});
}
