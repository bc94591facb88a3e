// Which bucket a moment lies in, and what is to be split where.
#include "sharelogger/round_cuts.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto minute = from_unix_ms(1'700'000'040'000);

RoundCut exact(UnixTime at) {
    return {at, Exactness::exact};
}

}  // namespace

TEST_CASE("without cuts buckets are minutes") {
    const RoundCuts cuts;
    CHECK(cuts.bucket_start(minute) == minute);
    CHECK(cuts.bucket_start(minute + 59'999ms) == minute);
    CHECK(cuts.bucket_end(minute) == minute + 1min);
}

TEST_CASE("a share of a block's own millisecond lies before the cut, later ones behind it") {
    RoundCuts cuts;
    cuts.add(minute + 10s);
    CHECK(cuts.bucket_start(minute + 10s) == minute);
    CHECK(cuts.bucket_end(minute + 10s) == minute + 10s + 1ms);
    CHECK(cuts.bucket_start(minute + 10s + 1ms) == minute + 10s + 1ms);
    CHECK(cuts.bucket_end(minute + 10s + 1ms) == minute + 1min);
    CHECK(cuts.bucket_start(minute + 1min) == minute + 1min);
    CHECK(cuts.bucket_start(minute - 1ms) == minute - 1min);
}

TEST_CASE("property: no bucket has a cut or a minute's end within") {
    std::mt19937_64 random(20261121);
    for (int round = 0; round < 20'000; ++round) {
        RoundCuts cuts;
        std::vector<UnixTime> all;
        for (auto count = random() % 12; count > 0; --count) {
            // Close to one another, in any order, some twice, some at a minute's ends.
            all.push_back(minute + std::chrono::milliseconds(random() % 40) * 4'999 -
                          std::chrono::milliseconds(random() % 2));
            cuts.add(all.back());
            if (random() % 3 == 0) cuts.add(all[random() % all.size()]);
        }
        const auto time = minute + std::chrono::milliseconds(random() % 200'000);
        const auto start = cuts.bucket_start(time);
        const auto end = cuts.bucket_end(time);
        REQUIRE((start <= time && time < end));
        REQUIRE(minute_of(start) == minute_of(end - 1ms));
        REQUIRE(std::ranges::none_of(
            all, [&](UnixTime cut) { return start <= cut && cut + 1ms < end; }));
        REQUIRE((start == minute_of(start) || cuts.has(start - 1ms)));
        REQUIRE((end == minute_of(end) || cuts.has(end - 1ms)));
        REQUIRE(std::ranges::is_sorted(cuts.all()));
    }
}

TEST_CASE("of too many cuts the oldest minutes are forgotten whole") {
    RoundCuts cuts(100);
    for (int i = 0; i < 1'000; ++i) cuts.add(minute + i * 1s);
    CHECK(cuts.all().size() <= 100);
    const auto from = cuts.known_from();
    CHECK(minute_of(from) == from);
    CHECK(from > minute);
    for (int i = 0; i < 1'000; ++i) {
        CHECK(cuts.has(minute + i * 1s) == (minute + i * 1s >= from));
    }
    cuts.add(minute);
    CHECK_FALSE(cuts.has(minute));
}

TEST_CASE("cuts that lie between the same others are one range") {
    PartitionCuts cuts;
    cuts.made(exact(minute + 10s));
    cuts.found(minute + 30s);
    cuts.found(minute + 20s);
    cuts.found(minute + 5s);
    cuts.found(minute + 10s);  // made already
    cuts.found(minute + 80s);
    const auto plan = cuts.plan(10);
    CHECK(plan.rowless.empty());
    REQUIRE(plan.ranges.size() == 3);
    CHECK(plan.ranges[0].time == TimeRange{minute, minute + 10s + 1ms});
    CHECK(plan.ranges[1].time == TimeRange{minute + 10s + 1ms, minute + 1min});
    CHECK(plan.ranges[1].cuts == std::vector<UnixTime>{minute + 20s, minute + 30s});
    CHECK(plan.ranges[2].time == TimeRange{minute + 1min, minute + 2min});
    CHECK(cuts.plan(2).ranges.size() == 2);
    for (const auto& range : plan.ranges) {
        for (const auto cut : range.cuts) cuts.made(exact(cut));
    }
    CHECK(cuts.waiting() == 0);
}

TEST_CASE("a cut at a minute's last millisecond splits nothing") {
    PartitionCuts cuts;
    cuts.found(minute + 59'999ms);
    const auto plan = cuts.plan(10);
    CHECK(plan.ranges.empty());
    CHECK(plan.rowless == std::vector<RoundCut>{exact(minute + 59'999ms)});
}

TEST_CASE("in a minute with an inexact cut no other can be exact") {
    PartitionCuts cuts;
    cuts.made({minute + 10s, Exactness::inexact});
    cuts.found(minute + 20s);
    cuts.found(minute + 80s);
    const auto plan = cuts.plan(10);
    REQUIRE(plan.ranges.size() == 2);
    CHECK(plan.ranges[0].hopeless);
    CHECK_FALSE(plan.ranges[1].hopeless);
}
