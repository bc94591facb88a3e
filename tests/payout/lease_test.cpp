// One of several payouts works, and another goes on when it is gone.
#include "payout/lease.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

// The table's row, and time that passes.
struct World {
    std::optional<LeaseRow> row;
    Duration passed{};

    [[nodiscard]] Lease::Now now(Duration clock_error = {}) const {
        return {from_unix_ms(1'795'262'400'000) +
                    std::chrono::floor<std::chrono::milliseconds>(passed + clock_error),
                SteadyTime(1000h) + passed};
    }
    bool change(const LeaseChange& change) {
        if (row != change.from) return false;
        row = change.to;
        return true;
    }
    void look(Lease& lease, Duration clock_error = {}) {
        const auto planned = lease.plan(row, now(clock_error));
        if (planned && change(*planned)) lease.made(*planned);
    }
};

}  // namespace

TEST_CASE("the first has it, renews it, and another waits") {
    World world;
    Lease first("a");
    Lease second("b");
    world.look(first);
    world.look(second);
    CHECK(first.fence() == 1);
    CHECK(second.fence() == std::nullopt);
    CHECK(second.other() == "a");
    for (int renewal = 0; renewal < 100; ++renewal) {
        world.passed += lease_renewal;
        const auto before = world.row->renewed_unix_ms;
        world.look(first);
        world.look(second);
        CHECK(world.row->renewed_unix_ms > before);
    }
    CHECK(first.fence() == 1);
    CHECK(second.fence() == std::nullopt);
}

TEST_CASE("who is silent is followed after the stated time, and sees it") {
    World world;
    Lease first("a");
    Lease second("b");
    world.look(first);
    world.look(second);
    world.passed += lease_takeover - 1ms;
    world.look(second);
    CHECK(second.fence() == std::nullopt);
    world.passed += 1ms;
    world.look(second);
    CHECK(second.fence() == 2);
    CHECK(first.fence() == 1);  // until it looks; its transactions are refused by the number
    world.look(first);
    CHECK(first.fence() == std::nullopt);
    CHECK(first.other() == "b");
}

TEST_CASE("a lease given back is taken at once") {
    World world;
    Lease first("a");
    Lease second("b");
    world.look(first);
    CHECK_FALSE(second.release(world.row, world.now().unix));
    REQUIRE(world.change(first.release(world.row, world.now().unix).value()));
    world.look(second);
    CHECK(second.fence() == 2);
    CHECK_FALSE(first.release(world.row, world.now().unix));
}

TEST_CASE("a start on the same folder goes on at once with a higher number") {
    World world;
    Lease killed("a");
    world.look(killed);
    Lease again("a");
    world.look(again);
    CHECK(again.fence() == 2);
    // A copy of the folder is like any other instance from its second look on.
    world.look(killed);
    CHECK(killed.fence() == std::nullopt);
    world.look(again);
    CHECK(again.fence() == 2);
}

TEST_CASE("a taking whose answer was lost is noticed") {
    World world;
    Lease lease("a");
    const auto planned = lease.plan(world.row, world.now());
    REQUIRE(world.change(planned.value()));
    world.passed += 1s;
    world.look(lease);
    CHECK(lease.fence() == 1);
}

TEST_CASE("a clock that was set back renews nevertheless") {
    World world;
    Lease lease("a");
    world.look(lease);
    world.passed += lease_renewal;
    world.look(lease, -1h);
    CHECK(lease.fence() == 1);
    CHECK(world.row->renewed_unix_ms == 1'795'262'400'001);
}

TEST_CASE("no two ever hold the same number, and somebody goes on") {
    std::mt19937_64 random(20);
    for (int round = 0; round < 2'000; ++round) {
        World world;
        std::vector<Lease> leases;
        for (const char* name : {"a", "b", "c"}) leases.emplace_back(name);
        std::int64_t highest = 0;
        for (int step = 0; step < 60; ++step) {
            const auto who = random() % leases.size();
            world.passed += std::chrono::milliseconds(random() % 20'000);
            const auto error = std::chrono::milliseconds(random() % 7'200'000) - 1h;
            if (random() % 10 == 0) leases[who] = Lease(std::string(1, "abc"[who]));
            const auto planned = leases[who].plan(world.row, world.now(error));
            const auto before = leases[who].fence();
            if (!planned || !world.change(*planned) || random() % 20 == 0) continue;
            leases[who].made(*planned);
            const auto fence = leases[who].fence().value();
            CHECK(fence == world.row->fence);
            CHECK(fence >= highest);
            if (fence != before) CHECK(fence > 0);
            highest = fence;
            for (std::size_t other = 0; other < leases.size(); ++other) {
                if (other != who) CHECK(leases[other].fence() != fence);
            }
        }
        CHECK(highest > 0);
    }
}
