// What a session answers to shares.
#include "sserver/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

TEST_CASE("an accepted share is handed over and not answered yet") {
    Miner miner;
    miner.login();
    const Reply reply = miner.submit();
    CHECK(reply.verdict == ShareVerdict::accepted);
    CHECK(reply.text.empty());
    REQUIRE(reply.share);
    CHECK(reply.share->user() == "alice");
    CHECK_FALSE(reply.solved);
}

TEST_CASE("the same share again is refused with code 22") {
    Miner miner;
    miner.login();
    (void)miner.submit();
    const Reply reply = miner.submit();
    CHECK(reply.text == R"({"id":9,"result":null,"error":[22,"duplicate share",null]})"
                        "\n");
    CHECK_FALSE(reply.share);
}

TEST_CASE("the same share under a reissued id is a duplicate") {
    Miner miner;
    miner.exponent = -26;
    miner.login();
    (void)miner.submit();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    stratum::Submit again = a_submit(wire_id({JobId(0x1000), 1}).value());
    CHECK(miner.submit(Want::share_only, again).verdict == ShareVerdict::duplicate);
}

TEST_CASE("a share without a subscription is refused with code 25") {
    Miner miner;
    (void)miner.authorize();
    CHECK(has(miner.submit().text, "[25,"));
}

TEST_CASE("a share of a worker that is not authorised is refused with code 24") {
    Miner miner;
    (void)miner.subscribe();
    CHECK(has(miner.submit().text, "[24,"));
    (void)miner.authorize("bob");
    const Reply reply = miner.submit(Want::block);
    CHECK(has(reply.text, "[24,"));
    CHECK(reply.solved);
}

TEST_CASE("a share of an unknown job is refused with code 21") {
    Miner miner;
    miner.login();
    for (const char* job : {"dead", "not-hex", "ffffffffffffffff", ""}) {
        const Reply reply =
            miner.say(R"({"id":4,"method":"mining.submit","params":["alice.rig",")" +
                      std::string(job) + R"(","0000000000000000","00000000","00000000"]})");
        CHECK(has(reply.text, "[21,"));
    }
}

TEST_CASE("a job that the session was never sent is unknown, but a block on it is seen") {
    Miner miner;
    (void)miner.next_job({.id = 0x2000});
    miner.login();
    const Reply reply = miner.submit(Want::block, a_submit(0x1000));
    CHECK(has(reply.text, "[21,"));
    CHECK(reply.solved);
    CHECK_FALSE(reply.share);
}

TEST_CASE("a stale share is refused with code 21 and a block in it still passed on") {
    Miner miner;
    miner.login();
    (void)miner.next_job({.id = 0x2000, .clean = true});
    const Reply plain = miner.submit(Want::share_only);
    CHECK(has(plain.text, R"([21,"stale or unknown job",null])"));
    CHECK_FALSE(plain.solved);
    const Reply block = miner.submit(Want::block);
    CHECK(has(block.text, "[21,"));
    CHECK_FALSE(block.share);
    REQUIRE(block.solved);
    CHECK(block.solved->job_id() == 0x1000);
}

TEST_CASE("a replaced job on the same tip is credited at the difficulty it was sent with") {
    Miner miner;
    miner.login();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    (void)miner.next_job({.id = 0x2000});
    miner.exponent = -30;
    const Reply reply = miner.submit_at({JobId(0x1000), 0});
    REQUIRE(reply.share);
    CHECK(bitcoin::Uint256::from_hash(
              bitcoin::hash256_from_bytes(as_bytes(reply.share->target())).value()) ==
          share_target(-30).target);
}

TEST_CASE("under whatever id it is sent a share earns what its job was first sent with") {
    Miner miner;
    miner.login();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    miner.exponent = -26;
    const Reply reply = miner.submit_at({JobId(0x1000), 1});
    REQUIRE(reply.share);
    CHECK(bitcoin::hash256_from_bytes(as_bytes(reply.share->target())).value() ==
          share_target(-30).target.to_hash());
    (void)miner.next_job({.id = 0x2000});
    const Reply next = miner.submit_at({JobId(0x2000), 0});
    REQUIRE(next.share);
    CHECK(bitcoin::hash256_from_bytes(as_bytes(next.share->target())).value() ==
          share_target(-26).target.to_hash());
}

TEST_CASE("a lower difficulty waits for the next job") {
    Miner miner(-26);
    miner.login();
    const Reply reply =
        miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.000000001]})");
    CHECK(reply.text == R"({"id":3,"result":true,"error":null})"
                        "\n");
    CHECK(miner.submit_at({JobId(0x1000), 1}).verdict == ShareVerdict::stale);
    CHECK(has(miner.next_job({.id = 0x2000}).text, "mining.set_difficulty"));
    CHECK(miner.submit_at({JobId(0x2000), 0}).verdict == ShareVerdict::accepted);
}

TEST_CASE("an extranonce2 of another size is refused with code 20") {
    Miner miner;
    miner.login();
    const Reply reply = miner.say(
        R"({"id":4,"method":"mining.submit","params":["alice.rig","1000","00","00000000","0"]})");
    CHECK(has(reply.text, R"([20,"extranonce2 must be 8 bytes")"));
}

TEST_CASE("a submit with too few parameters is refused with code 20 and a reason") {
    Miner miner;
    miner.login();
    const Reply reply =
        miner.say(R"({"id":4,"method":"mining.submit","params":["alice.rig","1000"]})");
    CHECK(has(reply.text, "[20,"));
    CHECK_FALSE(reply.close);
}

TEST_CASE("a flood is stepped up at once by a reissue, and its old shares stay good") {
    Miner miner(-32);
    miner.exponent = -32;
    miner.login();
    Reply reply;
    int shares = 0;
    while (reply.text.empty() && shares < 100) {
        miner.advance(1ms);
        reply = miner.submit_at({JobId(0x1000), 0});
        REQUIRE(reply.verdict == ShareVerdict::accepted);
        ++shares;
    }
    CHECK(shares == 32);
    CHECK(has(reply.text, "mining.set_difficulty"));
    CHECK(has(reply.text, R"("params":["1000000001000",)"));
    CHECK(miner.submit_at({JobId(0x1000), 0}).verdict == ShareVerdict::accepted);
    miner.exponent = -26;
    CHECK(miner.submit_at({JobId(0x1000), 1}).verdict == ShareVerdict::accepted);
}
