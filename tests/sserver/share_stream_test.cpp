// Places in the stream against a bus and a spool that refuse, fail and are late as they like.
#include "sserver/share_stream.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/share_model.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("stream ids are server, epoch and loop, and a stream stays in one partition") {
    CHECK(stream_id(0x1234, 0x56789abc, 0xdef0) == StreamId(0x123456789abcdef0));
    CHECK(partition_of(1, 0, 12) == 1);
    CHECK(partition_of(4095, 5, 12) == (4095 + 5) % 12);
}

TEST_CASE("sequences begin at one, follow the order of sending, and are answered by the bus") {
    StreamWorld world;
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    CHECK(world.bus.queue[0]->sequence() == 1);
    CHECK(world.bus.queue[2]->sequence() == 3);
    CHECK(world.answered.empty());
    world.store();
    CHECK(world.answered == Names{1});
    world.store(2);
    CHECK(world.answered == Names{1, 2, 3});
    CHECK(world.disk.queue.empty());
}

TEST_CASE("without a spool a share that the bus refuses has no place") {
    StreamWorld world(Acknowledge::bus, std::nullopt);
    REQUIRE(world.offer());
    world.bus.refuses = true;
    CHECK_FALSE(world.offer());
    world.bus.refuses = false;
    REQUIRE(world.offer());
    CHECK(world.bus.queue.back()->sequence() == 2);
}

TEST_CASE("without a spool what failed is sent again before anything later") {
    StreamWorld world(Acknowledge::bus, std::nullopt);
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    world.store();
    world.fail();
    CHECK(world.stream->stuck());
    CHECK_FALSE(world.offer());
    world.stream->tick();
    CHECK_FALSE(world.stream->stuck());
    REQUIRE(world.offer());
    REQUIRE(world.bus.queue.size() == 3);
    CHECK(world.bus.queue[0]->sequence() == 2);
    CHECK(world.bus.queue[2]->sequence() == 4);
    world.store(3);
    CHECK(world.answered == Names{1, 2, 3, 5});
}

TEST_CASE("without a spool the number of shares under way is bounded") {
    StreamWorld world(Acknowledge::bus, std::nullopt);
    for (std::size_t i = 0; i < ShareStream::under_way_max; ++i) REQUIRE(world.offer());
    CHECK_FALSE(world.offer());
    world.store();
    CHECK(world.offer());
}

TEST_CASE("nothing is sent again while outcomes are still due") {
    StreamWorld world;
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    world.bus.fail(0);
    world.bus.tell(*world.stream, world.now);
    world.stream->tick();
    CHECK(world.bus.queue.empty());
    while (!world.bus.outcomes.empty()) world.bus.tell(*world.stream, world.now);
    world.sync();
    world.stream->tick();
    CHECK(world.bus.queue.size() == 3);
}

TEST_CASE("when the oldest answer has waited too long all that waits is spooled and answered") {
    StreamWorld world;
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    world.wait(249ms);
    CHECK_FALSE(world.stream->spooling());
    world.wait(1ms);
    CHECK(world.stream->spooling());
    CHECK(world.disk.queue.size() == 3);
    REQUIRE(world.offer());
    CHECK(world.answered.empty());
    world.sync();
    CHECK(world.answered == Names{1, 2, 3, 4});
    // What the bus had been given stays there; what came later follows it.
    REQUIRE(world.bus.queue.size() == 4);
    world.store(4);
    CHECK_FALSE(world.stream->spooling());
    CHECK(world.disk.disk.empty());
    CHECK(count(world.bus.log).counted == Names{1, 2, 3, 4});
}

TEST_CASE("a look is due when the oldest share is to be spooled, and none where nothing waits") {
    StreamWorld world;
    const SteadyTime first = world.now;
    CHECK_FALSE(world.stream->look_due());
    REQUIRE(world.offer());
    world.wait(100ms);
    REQUIRE(world.offer());
    CHECK(world.stream->look_due() == first + 250ms);
    world.store();
    CHECK(world.stream->look_due() == first + 350ms);
    world.wait(250ms);
    CHECK(world.stream->spooling());
    CHECK_FALSE(world.stream->look_due());
    world.sync();
    world.store();
    CHECK_FALSE(world.stream->spooling());
    CHECK_FALSE(world.stream->look_due());
}

TEST_CASE("a share that the bus refuses is spooled at once") {
    StreamWorld world;
    world.bus.refuses = true;
    REQUIRE(world.offer());
    CHECK(world.stream->spooling());
    world.sync();
    CHECK(world.answered == Names{1});
    world.settle();
    CHECK(count(world.bus.log).counted == Names{1});
    CHECK_FALSE(world.stream->spooling());
}

TEST_CASE("while shares are spooled the bus gets nothing that is not on disk") {
    StreamWorld world;
    REQUIRE(world.offer());
    world.wait(250ms);
    world.sync();
    REQUIRE(world.offer());
    CHECK(world.bus.queue.size() == 1);
    world.sync();
    CHECK(world.bus.queue.size() == 2);
}

TEST_CASE("a bus that keeps up with the newest shares gets them directly again") {
    StreamWorld world;
    REQUIRE(world.offer());
    world.wait(300ms);
    world.sync();
    REQUIRE(world.offer());
    world.sync();
    REQUIRE(world.offer());  // not on disk yet
    world.store();
    CHECK(world.stream->spooling());
    world.now += 10ms;
    world.store();
    CHECK_FALSE(world.stream->spooling());
    CHECK(world.bus.queue.size() == 1);
    world.settle();
    CHECK(count(world.bus.log).counted == Names{1, 2, 3});
    CHECK(world.answered == Names{1, 2, 3});
}

TEST_CASE("a bus that is slow for every share does not end the spooling") {
    StreamWorld world;
    REQUIRE(world.offer());
    world.wait(250ms);
    for (int i = 0; i < 20; ++i) {
        REQUIRE(world.offer());
        world.sync();
        world.now += 200ms;
        world.store();
        CHECK(world.stream->spooling());
    }
}

TEST_CASE("a second spell begins where the bus has got to") {
    StreamWorld world;
    for (int spell = 0; spell < 3; ++spell) {
        REQUIRE(world.offer());
        world.wait(250ms);
        world.sync();
        world.settle();
        CHECK(world.disk.disk.empty());
        for (int i = 0; i < 5; ++i) REQUIRE(world.offer());
        world.store(5);
        CHECK(world.disk.queue.empty());
    }
    CHECK(world.answered.size() == 18);
}

TEST_CASE("far more shares than memory holds are kept in the file and fed from it in order") {
    StreamWorld world;
    world.bus.refuses = true;
    constexpr std::size_t shares = 4 * ShareStream::under_way_max;
    for (std::size_t i = 0; i < shares; ++i) {
        REQUIRE(world.offer());
        if (i % 100 == 0) world.sync();
    }
    world.sync();
    CHECK(world.answered.size() == shares);
    CHECK(world.disk.disk.size() == shares);
    world.settle();
    CHECK(count(world.bus.log).counted == world.answered);
}

TEST_CASE("a full disk refuses new shares and those that have a place wait for it or the bus") {
    StreamWorld world;
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    world.wait(250ms);
    world.disk.fail();
    world.disk.tell(*world.stream, world.now);
    CHECK(world.stream->stuck());
    const auto refused = world.offer();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context == "the spool cannot be written: the disk is full");
    CHECK(world.answered.empty());
    SECTION("the disk takes them after all") {
        world.stream->tick();
        world.sync();
        CHECK(world.answered == Names{1, 2, 3});
        REQUIRE(world.offer());
        world.settle();
        CHECK(count(world.bus.log).counted == Names{1, 2, 3, 5});
    }
    SECTION("the bus takes them after all, without the disk") {
        world.store(3);
        CHECK(world.answered == Names{1, 2, 3});
        CHECK_FALSE(world.stream->stuck());
        REQUIRE(world.offer());
        world.store();
        CHECK(count(world.bus.log).counted == Names{1, 2, 3, 5});
    }
    SECTION("the bus takes a part, the disk the rest") {
        world.store(2);
        world.stream->tick();
        world.sync();
        CHECK(world.disk.disk.front()->sequence() == 3);
        CHECK(world.answered == Names{1, 2, 3});
    }
}

TEST_CASE("a spool at its greatest size refuses new shares") {
    StreamWorld world;
    REQUIRE(world.offer());
    world.wait(250ms);
    world.sync();
    world.disk.full = true;
    const auto refused = world.offer();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context == "the spool has its greatest size");
    world.store();
    CHECK(world.offer());
}

TEST_CASE("with ack = spool a share is on disk before it goes to the bus or is answered") {
    StreamWorld world(Acknowledge::spool);
    for (int i = 0; i < 3; ++i) REQUIRE(world.offer());
    CHECK(world.bus.queue.empty());
    world.sync();
    CHECK(world.answered == Names{1, 2, 3});
    CHECK(world.bus.queue.size() == 3);
    world.store(3);
    REQUIRE(world.offer());
    CHECK(world.stream->spooling());
    world.disk.fail();
    world.disk.tell(*world.stream, world.now);
    CHECK(world.bus.queue.empty());
    world.stream->tick();
    world.sync();
    CHECK(world.answered.size() == 4);
    world.settle();
}

TEST_CASE("with ack = fast a share is answered at once and stored as ever") {
    StreamWorld world(Acknowledge::fast);
    REQUIRE(world.offer());
    CHECK(world.answered == Names{1});
    CHECK(world.stream->under_way() == 1);
    world.wait(250ms);
    world.sync();
    CHECK(world.stream->under_way() == 0);
    world.settle();
    CHECK(world.answered == Names{1});
    CHECK(count(world.bus.log).counted == Names{1});
}
