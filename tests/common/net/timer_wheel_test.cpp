// Deadlines on the wheel, with time moved by hand.
#include "common/net/timer_wheel.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using namespace std::chrono_literals;
using lode::net::TimerWheel;

namespace {

const SteadyTime start = SteadyTime(1000s + 123ms);

std::vector<std::uint64_t> ids(const std::vector<TimerWheel::Entry>& entries) {
    std::vector<std::uint64_t> all;
    for (const auto& entry : entries) all.push_back(entry.id);
    return all;
}

}  // namespace

TEST_CASE("nothing is early and nothing later than a tick") {
    std::mt19937 random(7);  // a fixed seed
    TimerWheel wheel(start);
    std::map<std::uint64_t, SteadyTime> waiting;
    for (std::uint64_t id = 0; id < 2000; ++id) {
        const SteadyTime due = start + std::chrono::milliseconds(random() % 600'000);
        wheel.insert({id, due});
        waiting[id] = due;
    }
    for (SteadyTime now = start; !waiting.empty(); now += 100ms) {
        REQUIRE(now < start + 601s);
        for (const auto& entry : wheel.advance(now)) {
            CHECK(entry.due <= now);
            CHECK(now - entry.due <= TimerWheel::tick + 100ms);
            CHECK(waiting.erase(entry.id) == 1);
        }
    }
    CHECK_FALSE(wheel.next_wake());
}

TEST_CASE("an entry beyond one turn waits for its own turn") {
    TimerWheel wheel(start);
    wheel.insert({1, start + 300s});
    CHECK(wheel.advance(start + 299s).empty());
    CHECK(ids(wheel.advance(start + 301s)) == std::vector<std::uint64_t>{1});
}

TEST_CASE("what is already past comes out with the next advance of a tick") {
    TimerWheel wheel(start);
    wheel.insert({1, start - 50s});
    CHECK(ids(wheel.advance(start + TimerWheel::tick)) == std::vector<std::uint64_t>{1});
}

TEST_CASE("after a pause of many turns everything due comes out at once") {
    TimerWheel wheel(start);
    for (std::uint64_t id = 0; id < 100; ++id) wheel.insert({id, start + id * 10s});
    CHECK(wheel.advance(start + 24h).size() == 100);
}

TEST_CASE("advancing to the wake time makes progress") {
    TimerWheel wheel(start);
    wheel.insert({1, start + 7s});
    const auto wake = wheel.next_wake();
    REQUIRE(wake);
    CHECK(*wake >= start + 7s);
    CHECK(*wake <= start + 7s + TimerWheel::tick);
    CHECK(ids(wheel.advance(*wake)) == std::vector<std::uint64_t>{1});
}
