// A miner's conversation, line by line, with time moved by hand.
#include "sserver/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

const std::string difficulty_of_minus_30 =
    R"({"id":null,"method":"mining.set_difficulty","params":[0.000000000931322574615478515625]})"
    "\n";

}  // namespace

TEST_CASE("subscribe gives extranonce1 of server and session, and 8 bytes of extranonce2") {
    Miner miner;
    const Reply reply = miner.subscribe();
    const std::string id = "000000000000000100000000";
    CHECK(reply.text == R"({"id":1,"result":[[["mining.set_difficulty",")" + id +
                            R"("],["mining.notify",")" + id +
                            R"("]],"00500000",8],"error":null})"
                            "\n");
    CHECK(miner.session.number() == SessionNumber(0));
    CHECK(miner.subscribe().text == reply.text);
}

TEST_CASE("the first job comes with its difficulty once subscribed and authorised, and is clean") {
    Miner miner;
    CHECK_FALSE(miner.subscribe().notify);
    const Reply reply = miner.authorize();
    CHECK(reply.text == R"({"id":2,"result":true,"error":null})"
                        "\n" +
                            difficulty_of_minus_30);
    CHECK(reply.notify == miner.world.book.current()->line_clean);
    CHECK(miner.session.working());
}

TEST_CASE("authorising before subscribing works as well") {
    Miner miner;
    CHECK_FALSE(miner.authorize().notify);
    CHECK(miner.subscribe().notify);
}

TEST_CASE("subscribe, authorize and suggest in one packet give one job of the wished difficulty") {
    Miner miner;
    (void)miner.say(R"({"id":1,"method":"mining.suggest_difficulty","params":[0.25]})");
    (void)miner.subscribe();
    const Reply reply = miner.authorize();
    // Never above the network's, 2^-20 here.
    CHECK(has(reply.text, "[0.00000095367431640625]"));
    CHECK(reply.notify);
}

TEST_CASE("a suggestion after the first job gives the same job again under another id") {
    Miner miner;
    miner.login();
    const Reply reply =
        miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    CHECK(reply.text.starts_with(R"({"id":3,"result":true,"error":null})"));
    CHECK(has(reply.text, R"("params":["1000000001000",)"));
    CHECK(has(reply.text, "false]}"));
    // The job under its first id keeps the first difficulty.
    CHECK(miner.submit_at({JobId(0x1000), 0}).verdict == ShareVerdict::accepted);
    miner.exponent = -26;
    CHECK(miner.submit_at({JobId(0x1000), 1}).verdict == ShareVerdict::accepted);
    CHECK(miner.submit_at({JobId(0x1000), 1}, Want::neither).verdict ==
          ShareVerdict::low_difficulty);
}

TEST_CASE("a suggestion that changes nothing gives no job") {
    Miner miner;
    miner.login();
    const Reply reply = miner.say(
        R"({"id":3,"method":"mining.suggest_difficulty","params":[0.000000000931322574615478515625]})");
    CHECK(reply.text == R"({"id":3,"result":true,"error":null})"
                        "\n");
}

TEST_CASE("a suggested target is taken as the power of two not above it") {
    Miner miner;
    (void)miner.subscribe();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_target","params":[")" +
                    bitcoin::to_display_hex(share_target(-24).target.to_hash()) + R"("]})");
    CHECK(has(miner.authorize().text, stratum::difficulty_decimal(stratum::power_of_two(-24))));
}

TEST_CASE("a login that makes no sense is answered false with code 24 and a text") {
    Miner miner;
    miner.world.rules.users.mode = UserMode::address;
    miner.world.rules.users.network = bitcoin::Network::regtest;
    (void)miner.subscribe();
    const Reply reply = miner.authorize("alice");
    CHECK(
        has(reply.text, R"("error":[24,"user name is no payout address of this chain (regtest))"));
    CHECK_FALSE(reply.login_refusal.empty());
    CHECK_FALSE(reply.notify);
    CHECK_FALSE(miner.session.working());
}

TEST_CASE("several workers mine on one connection, each under its own name") {
    Miner miner;
    miner.login();
    (void)miner.authorize("alice.second");
    stratum::Submit submit = a_submit();
    submit.user = "alice.second";
    const Reply reply = miner.submit(Want::share_only, submit);
    REQUIRE(reply.share);
    CHECK(reply.share->worker() == "second");
}

TEST_CASE("the workers of a connection are bounded, and known ones stay welcome") {
    Miner miner;
    (void)miner.subscribe();
    for (int i = 0; i < 64; ++i)
        CHECK(miner.authorize("a.w" + std::to_string(i)).login_refusal.empty());
    CHECK(has(miner.authorize("a.one-more").text, "too many workers"));
    CHECK(miner.authorize("a.w63").login_refusal.empty());
}

TEST_CASE("version rolling is granted within the pool's mask and judged by it") {
    Miner miner;
    const Reply reply =
        miner.say(R"({"id":1,"method":"mining.configure","params":[["version-rolling"],)"
                  R"({"version-rolling.mask":"00fff000","version-rolling.min-bit-count":2}]})");
    CHECK(has(reply.text, R"("version-rolling.mask":"00ffe000")"));
    miner.login();
    stratum::Submit rolled = a_submit();
    rolled.version_bits = 0x00200000;
    const JobPtr job = miner.world.book.current();
    rolled = mine(*job, {.extranonce1 = 5u << 20, .mask = 0x00ffe000}, rolled);
    const Reply good = miner.session.receive({.id = "9", .body = rolled}, miner.now);
    REQUIRE(good.share);
    CHECK(good.share->bitcoin().version() == 0x20200000);
    rolled.version_bits = 0x01000000;
    const Reply bad = miner.session.receive({.id = "9", .body = rolled}, miner.now);
    CHECK(has(bad.text, R"([20,"version bits outside the mask",null])"));
}

TEST_CASE("a job that needs a version bit tells the miner its new mask first") {
    Miner miner;
    (void)miner.say(R"({"id":1,"method":"mining.configure","params":[["version-rolling"],{}]})");
    miner.login();
    CHECK(miner.next_job({.id = 0x2000}).text.empty());
    const Reply less = miner.next_job({.id = 0x3000, .version_mask = 0x1fff8000});
    CHECK(has(less.text, R"("mining.set_version_mask","params":["1fff8000"])"));
    CHECK(miner.next_job({.id = 0x4000, .version_mask = 0x1fff8000}).text.empty());
    CHECK(has(miner.next_job({.id = 0x5000}).text, R"("params":["1fffe000"])"));
}

TEST_CASE("a minimum difficulty is kept to") {
    Miner miner;
    const Reply reply = miner.say(
        R"({"id":1,"method":"mining.configure","params":[["minimum-difficulty","subscribe-extranonce","else"],)"
        R"({"minimum-difficulty.value":0.0000000299}]})");
    CHECK(has(reply.text, R"("minimum-difficulty":true)"));
    CHECK(has(reply.text, R"("subscribe-extranonce":true)"));
    CHECK(has(reply.text, R"("else":false)"));
    (void)miner.subscribe();
    // The next power of two above what was asked for.
    CHECK(has(miner.authorize().text, stratum::difficulty_decimal(stratum::power_of_two(-24))));
}

TEST_CASE("other methods are answered, unknown ones with an error and never a disconnect") {
    Miner miner;
    miner.login();
    CHECK(miner.say(R"({"id":"x","method":"mining.ping","params":[]})").text ==
          R"({"id":"x","result":"pong","error":null})"
          "\n");
    CHECK(has(miner.say(R"({"id":1,"method":"mining.extranonce.subscribe","params":[]})").text,
              "true"));
    CHECK(has(miner.say(R"({"id":1,"method":"mining.get_transactions","params":["1000"]})").text,
              R"("result":7)"));
    for (int i = 0; i < 100; ++i) {
        const Reply reply = miner.say(R"({"id":null,"method":"mining.dance","params":[]})");
        CHECK(has(reply.text, R"({"id":null,"result":null,"error":[20,"unknown method",null]})"));
        CHECK_FALSE(reply.close);
    }
    CHECK(miner.say(R"({"id":1,"result":"cgminer","error":null})").text.empty());
}

TEST_CASE("a silent miner gets a lower difficulty with a later job, and no clean flag for it") {
    Miner miner(-10);
    (void)miner.subscribe();
    (void)miner.authorize();  // at the network's, 2^-20
    Reply reply;
    std::uint64_t id = 0x2000;
    for (int i = 0; i < 12 && reply.text.empty(); ++i) {
        miner.advance(30s);
        reply = miner.next_job({.id = id++});
        CHECK(reply.notify == miner.world.book.current()->line);
        CHECK(reply.notify->ends_with("false]}\n"));
    }
    CHECK(has(reply.text, "mining.set_difficulty"));
}

TEST_CASE("jobs are offered to working sessions only") {
    Miner miner;
    CHECK_FALSE(miner.next_job({.id = 0x2000}).notify);
    (void)miner.subscribe();
    CHECK_FALSE(miner.next_job({.id = 0x3000}).notify);
    (void)miner.authorize();
    const Reply reply = miner.next_job({.id = 0x4000});
    CHECK(reply.notify == miner.world.book.current()->line);
    CHECK(reply.text.empty());
}

TEST_CASE("who does not log in in time is closed, whatever else it says") {
    Miner miner;
    CHECK(miner.session.next_look(miner.now.steady) == start.steady + 30s);
    miner.advance(29s);
    (void)miner.say(R"({"id":1,"method":"mining.ping","params":[]})");
    (void)miner.subscribe();
    CHECK(miner.session.next_look(miner.now.steady) == start.steady + 30s);
    miner.advance(1s);
    CHECK_FALSE(miner.session.next_look(miner.now.steady));
}

TEST_CASE("a working session is closed when it has said nothing for the idle time") {
    Miner miner;
    miner.login();
    CHECK(miner.session.next_look(miner.now.steady) == start.steady + 1h);
    miner.advance(30min);
    (void)miner.say(R"({"id":1,"method":"mining.ping","params":[]})");
    CHECK(miner.session.next_look(miner.now.steady) == start.steady + 90min);
    miner.advance(1h);
    CHECK_FALSE(miner.session.next_look(miner.now.steady));
}

TEST_CASE("when no session number is left the miner is told and closed") {
    Miner miner;
    SessionNumbers none(0, [](std::uint32_t) -> Result<void> {
        return failure(ErrorCode::exhausted, "disk full");
    });
    const SessionWorld world{miner.world.rules, miner.world.book, none, miner.world.parked,
                             miner.world.roots};
    Session session(world, test::starting_at(0), 0, start.steady);
    const Reply reply = session.receive({.id = "1", .body = stratum::Subscribe()}, start);
    CHECK(has(reply.text, "no room for another session now"));
    CHECK(reply.close);
    CHECK_FALSE(session.number());
}
