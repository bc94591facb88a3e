// All sessions of a loop against a port that writes down what is wanted of it.
#include "sserver/loop_sessions.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/recorded_loop.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

TEST_CASE("a share is answered true when it is durable and not before") {
    Loop loop;
    loop.login(client(0));
    loop.port.sent.clear();
    loop.submit(client(0), 0);
    REQUIRE(loop.port.published.size() == 1);
    CHECK(loop.port.published[0]->sequence() == 1);
    CHECK(loop.port.sent.empty());
    CHECK(loop.sessions.shares_under_way() == 1);
    loop.sessions.stream().delivered(Sequence(1), loop.now.steady + 3ms);
    CHECK(loop.port.sent[client(0)] == answered);
    CHECK(loop.counted(ShareVerdict::accepted) == 1);
    CHECK(loop.probe.accept_latency.count() == 1);
}

TEST_CASE("sessions of one loop share its stream and have extranonces of their own") {
    Loop loop;
    loop.login(client(0));
    loop.login(client(1));
    loop.submit(client(1), 1);
    loop.submit(client(0), 0);
    REQUIRE(loop.port.published.size() == 2);
    CHECK(loop.port.published[0]->sequence() == 1);
    CHECK(loop.port.published[1]->sequence() == 2);
    CHECK(loop.port.published[0]->bitcoin().extranonce1() !=
          loop.port.published[1]->bitcoin().extranonce1());
}

TEST_CASE("a share the bus does not take is refused with code 20 and has no sequence") {
    Loop loop;
    loop.login(client(0));
    loop.port.sent.clear();
    loop.port.refuses = true;
    loop.submit(client(0), 0);
    CHECK(loop.port.sent[client(0)] ==
          "{\"id\":\"s\",\"result\":null,\"error\":[20,\"the pool cannot store shares "
          "now\",null]}\n");
    CHECK(loop.probe.shares_unstored.value() == 1);
    loop.port.refuses = false;
    loop.submit(client(0), 0);
    REQUIRE(loop.port.published.size() == 1);
    CHECK(loop.port.published[0]->sequence() == 1);
}

TEST_CASE("a share whose delivery failed is answered once it is durable at last") {
    Loop loop;
    loop.login(client(0));
    loop.submit(client(0), 0);
    loop.port.sent.clear();
    loop.sessions.stream().failed(Sequence(1));
    CHECK(loop.port.sent.empty());
    loop.sessions.stream().tick();
    REQUIRE(loop.port.published.size() == 2);
    CHECK(loop.port.published[1] == loop.port.published[0]);
    loop.sessions.stream().delivered(Sequence(1), loop.now.steady);
    CHECK(loop.port.sent[client(0)] == answered);
}

TEST_CASE("a new job goes to every working session") {
    Loop loop;
    loop.login(client(0));
    loop.login(client(1));
    loop.open(client(2));
    loop.port.sent.clear();
    const JobPtr next = a_job({.id = 0x2000});
    loop.sessions.job(next, loop.now.steady);
    CHECK(loop.port.sent.size() == 2);
    CHECK(loop.port.sent[client(0)] == *next->line);
    CHECK(loop.port.sent[client(1)] == *next->line);
}

TEST_CASE("a line that is no request is answered and counted") {
    Loop loop;
    loop.open(client(0));
    for (const char* line : {"hello", "{", "[]", "{}", "\x16\x03\x01"}) {
        loop.sessions.line(client(0), line, loop.now);
    }
    CHECK(loop.probe.lines_malformed.value() == 5);
    CHECK(loop.port.sent[client(0)].starts_with(R"({"id":null,"result":null,"error":[20,)"));
    CHECK(loop.port.closed == std::vector{client(0)});
}

TEST_CASE("a solved share is passed on and counted, refused or not") {
    Loop loop;
    loop.login(client(0));
    loop.port.refuses = true;
    loop.submit(client(0), 0, Want::block);
    CHECK(loop.port.blocks.size() == 1);
    CHECK(loop.probe.solved.value() == 1);
}

TEST_CASE("a share that solves a block goes to the bus only when its block is safe") {
    Loop loop;
    loop.login(client(0));
    loop.submit(client(0), 0, Want::block);
    REQUIRE(loop.port.blocks.size() == 1);
    CHECK(loop.port.published.empty());
    CHECK(loop.sessions.shares_under_way() == 1);
    loop.submit(client(0), 0);
    REQUIRE(loop.port.published.size() == 1);
    CHECK(loop.port.published[0]->sequence() == 1);
    const std::string hash = loop.port.blocks[0]->block_hash();
    loop.sessions.solved_safe(hash);
    REQUIRE(loop.port.published.size() == 2);
    CHECK(loop.port.published[1]->sequence() == 2);
    CHECK(loop.port.published[1]->solves_block());
    loop.sessions.solved_safe(hash);
    CHECK(loop.port.published.size() == 2);
    CHECK(loop.sessions.shares_under_way() == 2);
}

TEST_CASE("a closed session gives its number back and is not spoken to") {
    Loop loop;
    loop.login(client(0));
    CHECK(loop.probe.sessions.value() == 1);
    loop.sessions.closed(client(0), {"test"}, loop.now.steady);
    CHECK(loop.probe.sessions.value() == 0);
    CHECK(loop.probe.connections.value() == 0);
    loop.port.sent.clear();
    loop.sessions.line(client(0), R"({"id":1,"method":"mining.ping","params":[]})", loop.now);
    loop.sessions.job(a_job({.id = 0x2000}), loop.now.steady);
    CHECK(loop.port.sent.empty());
    // Its slot goes to the next client.
    loop.login(client(0, 2));
    CHECK(loop.port.sent.contains(client(0, 2)));
}

TEST_CASE("a client who left is not answered, but its share stays in the stream") {
    Loop loop;
    loop.login(client(0));
    loop.login(client(1));
    loop.submit(client(0), 0);
    loop.submit(client(1), 1);
    loop.sessions.closed(client(0), {"test"}, loop.now.steady);
    loop.sessions.stream().delivered(Sequence(1), loop.now.steady);
    loop.sessions.stream().delivered(Sequence(2), loop.now.steady);
    CHECK(loop.sessions.shares_under_way() == 0);
    CHECK(loop.counted(ShareVerdict::accepted) == 2);
}

TEST_CASE("sessions are looked at when their time comes, and closed when it is over") {
    Loop loop;
    loop.open(client(0));
    CHECK(loop.port.looks[client(0)] == loop.now.steady + 30s);
    loop.sessions.look(client(0), loop.now.steady + 30s);
    CHECK(loop.port.closed == std::vector{client(0)});
    CHECK(has(loop.port.sent[client(0)], "client.show_message"));
    CHECK(has(loop.port.sent[client(0)], "not subscribed and authorised in time"));
    loop.login(client(1));
    CHECK(loop.port.looks[client(1)] == loop.now.steady + 1h);
    loop.sessions.look(client(1), loop.now.steady + 1h);
    CHECK(has(loop.port.sent[client(1)], "nothing heard for too long"));
}

TEST_CASE("when there is no work the farewell goes to all, and shares are stale") {
    Loop loop;
    loop.login(client(0));
    loop.open(client(1));
    loop.port.sent.clear();
    const auto farewell = std::make_shared<const std::string>("go\n");
    loop.sessions.no_work(farewell);
    CHECK(loop.port.sent ==
          std::map<ClientId, std::string>{{client(0), "go\n"}, {client(1), "go\n"}});
    loop.submit(client(0), 0);
    CHECK(loop.counted(ShareVerdict::stale) == 1);
}

TEST_CASE("when jobs cease every connection is closed") {
    Loop loop;
    loop.login(client(0));
    loop.open(client(1));
    loop.sessions.close_all();
    CHECK(loop.port.closed.size() == 2);
}

TEST_CASE("a session whose connection broke is resumed with its extranonce1") {
    Loop loop;
    loop.login(client(0));
    loop.submit(client(0), 0);
    loop.sessions.closed(client(0), {"test"}, loop.now.steady);
    CHECK(loop.world.parked.size() == 1);
    loop.login(client(1));  // has the next number
    loop.subscribe(client(2), {.key = 1});
    CHECK(has(loop.port.sent[client(2)], R"("00500000",8])"));
    CHECK(loop.world.parked.size() == 0);
    CHECK(loop.probe.sessions_resumed.value() == 1);
    CHECK(loop.probe.sessions.value() == 1);
}

TEST_CASE("a connection that is still open gives its session up to the miner's new one") {
    Loop loop;
    loop.login(client(3));
    loop.submit(client(3), 0);
    loop.subscribe(client(4), {.key = 1, .place = {.loop = 0, .slot = 3}});
    CHECK(has(loop.port.sent[client(4)], R"("00500000",8])"));
    CHECK(loop.port.closed == std::vector{client(3)});
    CHECK(loop.probe.sessions.value() == 0);
    loop.sessions.closed(client(3), {"test"}, loop.now.steady);
    CHECK(loop.probe.connections.value() == 1);
    loop.sessions.line(client(4), R"({"id":2,"method":"mining.authorize","params":["alice.rig"]})",
                       loop.now);
    CHECK(loop.probe.sessions.value() == 1);
    loop.nonce -= 1;
    loop.submit(client(4), 0);
    CHECK(loop.counted(ShareVerdict::duplicate) == 1);
    loop.submit(client(4), 0);
    CHECK(loop.port.published.size() == 2);
}

TEST_CASE("a block in a late line goes out, and nothing else comes of it") {
    Loop loop;
    loop.login(client(0));
    loop.port.sent.clear();
    for (const Want want : {Want::share_only, Want::neither, Want::block}) {
        loop.sessions.late_line(client(0), loop.submit_line(0, want), loop.now);
    }
    loop.sessions.late_line(client(0), "no request", loop.now);
    loop.sessions.late_line(client(0), R"({"id":3,"method":"mining.ping"})", loop.now);
    loop.sessions.late_line(client(7), loop.submit_line(0, Want::block), loop.now);
    CHECK(loop.port.blocks.size() == 1);
    CHECK(loop.probe.solved.value() == 1);
    CHECK(loop.port.sent.empty());
    CHECK(loop.port.published.empty());
    CHECK(loop.probe.lines_malformed.value() == 0);
    for (std::size_t i = 0; i < share_verdicts_count; ++i) {
        CHECK(loop.probe.verdicts[i].value() == 0);
    }
    // It was not remembered either.
    loop.nonce = 0;
    loop.submit(client(0), 0);
    CHECK(loop.port.published.size() == 1);
}

TEST_CASE("a block that comes over a connection whose session was taken over goes out") {
    Loop loop;
    loop.login(client(3));
    loop.submit(client(3), 0);
    loop.sessions.line(client(3),
                       R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})",
                       loop.now);
    loop.subscribe(client(4), {.key = 1, .place = {.loop = 0, .slot = 3}});
    REQUIRE(loop.port.closed == std::vector{client(3)});
    loop.sessions.late_line(client(3), loop.submit_line(0, Want::block), loop.now);
    CHECK(loop.port.blocks.size() == 1);
    const Salt salt{0, 0, 0, 2};  // the second random number: the session's key was the first
    loop.sessions.late_line(client(3), loop.submit_line(0, Want::block, salt), loop.now);
    CHECK(loop.port.blocks.size() == 2);
}

TEST_CASE("who guesses at the key gets a session of its own, and nobody is disturbed") {
    Loop loop;
    loop.login(client(0));
    loop.submit(client(0), 0);
    loop.subscribe(client(1), {.key = 2, .place = {.loop = 0, .slot = 0}});
    CHECK(has(loop.port.sent[client(1)], R"("00500001",8])"));
    CHECK(loop.port.closed.empty());
}

TEST_CASE("a session on another loop is waited for, and other requests are answered meanwhile") {
    Loop loop;
    const SessionId session{.key = 77, .place = {.loop = 1, .slot = 9}};
    loop.subscribe(client(0), session);
    REQUIRE(loop.port.asked == std::vector{std::pair{session, client(0)}});
    loop.sessions.line(client(0), R"({"id":2,"method":"mining.authorize","params":["alice.rig"]})",
                       loop.now);
    CHECK(loop.port.sent[client(0)] == "{\"id\":2,\"result\":true,\"error\":null}\n");
    ResumableSession parked{.number = loop.world.numbers.take(loop.now.steady).value()};
    (void)parked.seen.add(JobId(0x1000), {}, JobId());
    loop.world.parked.park(77, std::move(parked), loop.now.steady);
    loop.sessions.resume(client(0), loop.now);
    CHECK(has(loop.port.sent[client(0)], "{\"id\":1,\"result\":[[["));
    CHECK(has(loop.port.sent[client(0)], R"("00500000",8])"));
    CHECK(has(loop.port.sent[client(0)], "mining.notify\",\"params"));
    CHECK(loop.probe.sessions.value() == 1);
    CHECK(loop.probe.sessions_resumed.value() == 1);
}

TEST_CASE("when the other loop has no such session the miner gets a new one") {
    Loop loop;
    loop.subscribe(client(0), {.key = 77, .place = {.loop = 1, .slot = 9}});
    loop.sessions.resume(client(0), loop.now);
    CHECK(has(loop.port.sent[client(0)], R"("00500000",8])"));
    CHECK(loop.probe.sessions_resumed.value() == 0);
}

TEST_CASE("who leaves while its session is waited for is forgotten") {
    Loop loop;
    loop.subscribe(client(0), {.key = 77, .place = {.loop = 1, .slot = 9}});
    loop.sessions.closed(client(0), {"test"}, loop.now.steady);
    loop.sessions.resume(client(0), loop.now);
    CHECK(loop.port.sent.empty());
}
