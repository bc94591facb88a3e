// Thousands of random lives of a stream: bus and spool refuse, fail, are late and are killed, and
// an independent reader counts what the bus kept.
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/sserver/share_model.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

void random_step(StreamWorld& world, std::mt19937& random) {
    switch (random() % 24) {
        case 0:
            world.bus.refuses = random() % 3 == 0;
            break;
        case 1:
            if (random() % 6 == 0) world.bus.fail(random() % 4);
            break;
        case 2:
            world.stream->tick();
            break;
        case 3:
            if (random() % 6 == 0) world.disk.fail();
            break;
        case 4:
            world.disk.full = random() % 8 == 0;
            world.disk.read_fails = random() % 4 == 0;
            break;
        case 5:
            world.wait(std::chrono::milliseconds(random() % 200));
            break;
        case 6:
        case 7:
        case 8:
            world.disk.sync(1 + random() % 8);
            break;
        case 9:
        case 10:
        case 11:
        case 12:
            world.disk.tell(*world.stream, world.now);
            break;
        case 13:
        case 14:
        case 15:
            world.bus.store();
            break;
        case 16:
        case 17:
        case 18:
            world.bus.tell(*world.stream, world.now);
            break;
        default:
            (void)world.offer();
            break;
    }
}

using Names = std::vector<std::uint64_t>;
constexpr Acknowledge ways[] = {Acknowledge::bus, Acknowledge::spool, Acknowledge::fast};

}  // namespace

TEST_CASE("whatever bus and disk do, the stream has no gap and every place is counted once") {
    std::size_t spells = 0;
    for (unsigned seed = 0; seed < 2'000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        StreamWorld world(ways[seed % 3],
                          seed % 7 == 0 ? std::nullopt : std::optional<Duration>(250ms));
        for (int step = 0; step < 400; ++step) {
            random_step(world, random);
            spells += world.stream->spooling() ? 1U : 0U;
        }
        world.settle();
        const auto reader = count(world.bus.log);
        REQUIRE_FALSE(reader.gap());
        REQUIRE(reader.counted == Names(world.placed.begin(), world.placed.end()));
        REQUIRE(world.answered == reader.counted);
    }
    CHECK(spells > 50'000);
}

TEST_CASE("killed at any moment and restarted, what was answered is counted once, in order") {
    std::size_t replayed = 0;
    for (unsigned seed = 0; seed < 3'000; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        StreamWorld world(ways[seed % 2]);
        for (auto steps = random() % 300; steps > 0; --steps) random_step(world, random);
        // The disk may have more than was told.
        if (random() % 2 == 0) world.disk.sync(random() % 4);
        world.restart(random() % 6);
        // It may be killed again while it hands over what was left.
        for (int life = 0; world.stream && life < 3; ++life) {
            for (auto steps = random() % 40; steps > 0; --steps) {
                if (random() % 8 == 0) world.bus.fail(random() % 3);
                world.bus.store();
                world.bus.tell(*world.stream, world.now);
                world.disk.tell(*world.stream, world.now);
                if (random() % 4 == 0) world.stream->tick();
                ++replayed;
            }
            if (life < 2) world.restart(random() % 6);
        }
        if (world.stream) world.settle();
        const auto reader = count(world.bus.log);
        REQUIRE_FALSE(reader.gap());
        REQUIRE(reader.counted.size() >= world.answered.size());
        REQUIRE(std::equal(world.answered.begin(), world.answered.end(), reader.counted.begin()));
        REQUIRE(std::includes(world.placed.begin(), world.placed.end(), reader.counted.begin(),
                              reader.counted.end()));
    }
    CHECK(replayed > 1'000);
}
