// How long, how many and whose sessions are kept without a connection.
#include "sserver/parked_sessions.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>
#include <vector>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

const SteadyTime origin = SteadyTime(100h);

struct Store {
    explicit Store(const ParkingLimits& limits = {}) : parked(limits, numbers, [] { return 1; }) {}

    // With so many credited shares.
    [[nodiscard]] ResumableSession a_session(unsigned shares = 1) {
        ResumableSession session{.number = numbers.take(origin - 1h).value()};
        for (unsigned i = 1; i <= shares; ++i) {
            bitcoin::Hash256 hash;
            store_le(hash.bytes.data(), std::uint64_t{i});
            REQUIRE(session.seen.add(JobId(1), hash, JobId()) == Novelty::fresh);
        }
        return session;
    }
    // Whether the number may be had by another: all others of its block are taken first.
    [[nodiscard]] bool is_free(SessionNumber number) {
        bool found = false;
        for (std::uint32_t i = 0; i < SessionNumbers::numbers_count && !found; ++i) {
            const auto next = numbers.take(origin + 1h);
            found = next && next.value() == number;
        }
        return found;
    }

    SessionNumbers numbers{0, [](std::uint32_t) -> Result<void> { return success(); }};
    ParkedSessions parked;
};

}  // namespace

TEST_CASE("a parked session is taken once, by its key") {
    Store store;
    ResumableSession session = store.a_session();
    session.exponent = 17;
    const SessionNumber number = session.number;
    store.parked.park(7, std::move(session), origin);
    CHECK_FALSE(store.parked.take(8, Reward::pool));
    CHECK(store.parked.size() == 1);
    const auto back = store.parked.take(7, Reward::pool);
    REQUIRE(back);
    CHECK(back->number == number);
    CHECK(back->exponent == 17);
    CHECK(back->seen.size() == 1);
    CHECK_FALSE(store.parked.take(7, Reward::pool));
    CHECK(store.parked.size() == 0);
    CHECK(store.parked.bytes() == 0);
}

TEST_CASE("a session is not taken for another reward: its jobs were other jobs") {
    Store store;
    store.parked.park(7, store.a_session(), origin);
    CHECK_FALSE(store.parked.take(7, Reward::solo));
    CHECK(store.parked.take(7, Reward::pool));
}

TEST_CASE("a number goes back when its session's time is over and not before") {
    Store store({.time = 5min});
    ResumableSession session = store.a_session();
    const SessionNumber number = session.number;
    store.parked.park(7, std::move(session), origin);
    store.parked.expire(origin + 5min - 1ns);
    CHECK(store.parked.size() == 1);
    CHECK_FALSE(store.is_free(number));
    store.parked.expire(origin + 5min);
    CHECK(store.parked.size() == 0);
    CHECK(store.parked.bytes() == 0);
    CHECK(store.is_free(number));
}

TEST_CASE("who was never credited, and everybody when nothing is kept, gives the number back") {
    Store store;
    ResumableSession idle = store.a_session(0);
    const SessionNumber number = idle.number;
    store.parked.park(7, std::move(idle), origin);
    CHECK(store.parked.size() == 0);
    CHECK(store.is_free(number));

    Store none({.time = 0s});
    none.parked.park(7, none.a_session(), origin);
    CHECK(none.parked.size() == 0);
}

TEST_CASE("the oldest sessions go when there are too many") {
    Store store({.sessions_max = 3});
    for (std::uint64_t key = 1; key <= 5; ++key) {
        store.parked.park(key, store.a_session(), origin + key * 1s);
    }
    CHECK(store.parked.size() == 3);
    CHECK_FALSE(store.parked.take(2, Reward::pool));
    CHECK(store.parked.take(3, Reward::pool));
}

TEST_CASE("the oldest sessions go when they take too much memory") {
    Store store({.bytes_max = 100'000});
    for (std::uint64_t key = 1; key <= 100; ++key) {
        store.parked.park(key, store.a_session(1000), origin);
        CHECK(store.parked.bytes() <= 100'000);
    }
    CHECK(store.parked.size() >= 2);
    CHECK(store.parked.take(100, Reward::pool));
    CHECK_FALSE(store.parked.take(1, Reward::pool));
}

TEST_CASE("loops park and take at the same time, and every session is there once") {
    Store store;
    std::vector<std::thread> loops;
    std::atomic<unsigned> taken{0};
    for (std::uint64_t loop = 0; loop < 4; ++loop) {
        std::vector<ResumableSession> sessions;
        for (int i = 0; i < 200; ++i) sessions.push_back(store.a_session());
        loops.emplace_back([&store, &taken, loop, mine = std::move(sessions)]() mutable {
            for (std::uint64_t i = 0; i < mine.size(); ++i) {
                store.parked.park(loop * 1000 + i, std::move(mine[i]), origin);
                for (std::uint64_t other = 0; other < 4; ++other) {
                    if (store.parked.take(other * 1000 + i, Reward::pool)) ++taken;
                }
            }
        });
    }
    for (auto& loop : loops) loop.join();
    CHECK(taken + store.parked.size() == 800);
}
