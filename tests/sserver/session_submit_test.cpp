// What a session answers to shares.
#include "sserver/session.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/stratum/response.hpp"
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
    miner.suggest(-26);
    (void)miner.next_job({.id = 0x2000});
    miner.exponent = -30;
    const Reply reply = miner.submit_at({JobId(0x1000), 0});
    REQUIRE(reply.share);
    CHECK(bitcoin::Uint256::from_hash(
              bitcoin::hash256_from_bytes(as_bytes(reply.share->target())).value()) ==
          share_target(-30).target);
}

TEST_CASE("raised in the middle of a job, a share earns what it was found for, in full") {
    Miner miner;
    miner.login();
    miner.suggest(-26);
    const auto earned = [&](unsigned reissue) {
        miner.exponent = reissue == 0 ? -30 : -26;
        const Reply reply = miner.submit_at({JobId(0x1000), reissue});
        REQUIRE(reply.share);
        return bitcoin::work_from_bytes(as_bytes(reply.share->work())).value();
    };
    CHECK(earned(0) == share_target(-30).work);
    CHECK(earned(1) == share_target(-26).work);
}

TEST_CASE("a lower difficulty comes at once, too") {
    Miner miner(-26);
    miner.login();
    CHECK(has(miner.suggest(-30).text, "mining.set_difficulty"));
    const Reply reply = miner.submit_at({JobId(0x1000), 1});
    REQUIRE(reply.share);
    CHECK(bitcoin::work_from_bytes(as_bytes(reply.share->work())).value() ==
          share_target(-30).work);
}

TEST_CASE("an accepted share of a reissue says its salt, one of the first issue none") {
    Miner miner;
    miner.login();
    miner.suggest(-26);
    const Reply first = miner.submit_at({JobId(0x1000), 0});
    REQUIRE(first.share);
    CHECK(first.share->bitcoin().salt().empty());
    miner.exponent = -26;
    const Reply second = miner.submit_at({JobId(0x1000), 1});
    REQUIRE(second.share);
    const auto salt = miner.salts.of(wire_id({JobId(0x1000), 1}));
    REQUIRE(salt);
    CHECK(second.share->bitcoin().salt() == as_chars(*salt));
}

TEST_CASE("a block found on a reissue goes out with the coinbase that was hashed") {
    Miner miner;
    miner.login();
    miner.suggest(-26);
    const Reply reply = miner.submit_at({JobId(0x1000), 1}, Want::block);
    REQUIRE(reply.solved);
    const auto header = bitcoin::parse_header(as_bytes(reply.solved->bitcoin().header())).value();
    CHECK(as_chars(header.hash().view()) == reply.solved->block_hash());
    const auto branch = miner.world.book.current()->merkle_branch.front();
    CHECK(bitcoin::sha256d(bitcoin::sha256d(as_bytes(reply.solved->bitcoin().coinbase())),
                           branch) == header.merkle_root);
}

// With the salts of this test (they count) no hash is good for two ids by chance.
TEST_CASE("a share found for one id of a job is good under no other") {
    Miner miner(-22);
    (void)miner.next_job({.id = 0x1001, .network_exponent = 0});
    miner.login();
    constexpr unsigned ids = 6;
    for (unsigned id = 1; id < ids; ++id) miner.suggest(id % 2 == 0 ? -22 : -23);
    for (unsigned found_for = 0; found_for < ids; ++found_for) {
        miner.exponent = found_for % 2 == 0 ? -22 : -23;
        for (int share = 0; share < 20; ++share) {
            const JobIssue issue{JobId(0x1001), found_for};
            REQUIRE(miner.submit_at(issue).verdict == ShareVerdict::accepted);
            for (unsigned sent_as = 0; sent_as < ids; ++sent_as) {
                if (sent_as == found_for) continue;
                stratum::Submit other = a_submit(wire_id({JobId(0x1001), sent_as}).value());
                other.nonce = miner.nonce - 1;
                const Reply reply = miner.session.receive({.id = "9", .body = other}, miner.now);
                REQUIRE(reply.verdict == ShareVerdict::low_difficulty);
            }
        }
    }
}

TEST_CASE("a job id that the session was never sent is unknown, also between two that it was") {
    Miner miner;
    miner.login();
    miner.suggest(-26);
    (void)miner.next_job({.id = 0x2000});
    CHECK(miner.submit_at({JobId(0x1000), 2}).verdict == ShareVerdict::stale);
}

TEST_CASE("a job of an earlier jobmaker has no room for a salt: a change waits for the next one") {
    Miner miner;
    (void)miner.next_job({.id = 0x1001, .salted = false});
    miner.login();
    CHECK(miner.suggest(-26).text == stratum::true_line("3"));
    CHECK(has(miner.next_job({.id = 0x1002}).text, "mining.set_difficulty"));
}

TEST_CASE("an extranonce2 of another size is refused with code 20") {
    Miner miner;
    miner.login();
    const Reply reply = miner.say(
        R"({"id":4,"method":"mining.submit","params":["alice.rig","1000","00","00000000","0"]})");
    CHECK(has(reply.text, R"([20,"extranonce2 must be 8 bytes")"));
}

TEST_CASE("a submit with faults beside the work is refused, and a block in it still passed on") {
    Miner miner;
    miner.login();
    const auto parameters = [&](std::string_view user, std::string_view extras, Want want) {
        stratum::Submit like = a_submit();
        like.nonce = miner.nonce;
        const auto found =
            mine(*miner.world.book.current(), {.extranonce1 = 5u << 20, .want = want}, like);
        miner.nonce = found.nonce + 1;
        return R"({"id":4,"method":"mining.submit","params":[)" + std::string(user) +
               R"(,"1000","0000000000000000",")" + stratum::hex32(found.time) + R"(",")" +
               stratum::hex32(found.nonce) + "\"" + std::string(extras) + "]}";
    };
    struct Fault {
        std::string_view user;
        std::string_view extras;
    };
    for (const auto& [user, extras] :
         {Fault{R"("alice.rig")", R"(,null,"x")"}, Fault{"null", ""}, Fault{R"("")", ""},
          Fault{R"("alice.rig")", R"(,"zz")"}, Fault{R"("alice.rig")", ",[]"}}) {
        const Reply block = miner.say(parameters(user, extras, Want::block));
        CHECK(has(block.text, "[20,"));
        CHECK_FALSE(block.verdict);
        CHECK_FALSE(block.share);
        REQUIRE(block.solved);
        CHECK(block.solved->user() == (has(std::string(user), "alice") ? "alice" : ""));
        const Reply share = miner.say(parameters(user, extras, Want::share_only));
        CHECK(has(share.text, "[20,"));
        CHECK_FALSE(share.solved);
        CHECK_FALSE(share.share);
    }
}

TEST_CASE("a submit with faults on an unknown job, or before the subscription, is only refused") {
    Miner miner;
    const std::string line = R"({"id":4,"method":"mining.submit","params":[null,"1000",)"
                             R"("0000000000000000","00000000","00000000"]})";
    CHECK(has(miner.say(line).text, "[20,"));
    miner.login();
    const Reply reply = miner.say(R"({"id":4,"method":"mining.submit","params":["","dead",)"
                                  R"("0000000000000000","00000000","00000000"]})");
    CHECK(has(reply.text, "[20,"));
    CHECK_FALSE(reply.solved);
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
