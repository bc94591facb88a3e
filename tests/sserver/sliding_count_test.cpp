// Events within the last window of time, with simulated time.
#include "sserver/sliding_count.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace std::chrono_literals;
using sserver::SlidingCount;

namespace {

constexpr Duration window = 60s;
const SteadyTime start{1'000h};

}  // namespace

TEST_CASE("events count in full at first and are gone after two windows") {
    SlidingCount events;
    for (int i = 0; i < 100; ++i) events.add(window, start);
    CHECK(events.count(window, start) == 100);
    CHECK(events.count(window, start + 59s) == 100);
    CHECK(events.count(window, start + 90s) >= 48);
    CHECK(events.count(window, start + 90s) <= 50);
    CHECK(events.count(window, start + 120s) == 0);
    CHECK(events.count(window, start + 500s) == 0);
}

TEST_CASE("a steady rate is counted as what it is in a window, to within a tenth") {
    SlidingCount events;
    SteadyTime now = start;
    for (int second = 0; second < 1'000; ++second, now += 1s) {
        for (int i = 0; i < 10; ++i) events.add(window, now);
        if (second < 120) continue;
        CHECK(events.count(window, now) >= 540);
        CHECK(events.count(window, now) <= 660);
    }
}

TEST_CASE("long windows of many events do not overflow") {
    SlidingCount events;
    for (int i = 0; i < 1'000'000; ++i) events.add(24h, start);
    CHECK(events.count(24h, start + 24h) >= 990'000);
    CHECK(events.count(24h, start + 36h) >= 490'000);
    CHECK(events.count(24h, start + 36h) <= 500'000);
}
