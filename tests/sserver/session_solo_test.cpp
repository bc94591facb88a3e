// A session that mines solo: its jobs, shares and blocks have a coinbase of its own.
#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/merkle.hpp"
#include "common/stratum/response.hpp"
#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

const std::string address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

const ListenerRules& solo_listener() {
    static const ListenerRules rules = [] {
        ListenerRules solo = starting_at(-30);
        solo.reward = Reward::solo;
        return solo;
    }();
    return rules;
}

struct Solo {
    explicit Solo(const JobSpec& first = {.solo = true}) {
        world.rules.users.network = bitcoin::Network::regtest;
        (void)next_job(first);
    }
    Reply say(const std::string& line) {
        Reply reply = session.receive(reader.read(line).value(), now);
        salts.hear(reply.text);
        return reply;
    }
    Reply subscribe() { return say(R"({"id":1,"method":"mining.subscribe","params":[]})"); }
    Reply authorize(const std::string& user = address) {
        return say(R"({"id":2,"method":"mining.authorize","params":[")" + user + R"(","x"]})");
    }
    Reply login() {
        (void)subscribe();
        return authorize();
    }
    Reply next_job(const JobSpec& spec) {
        job = a_job(spec, now.steady);
        world.book.add(job, now.steady);
        return session.offer(job, now.steady);
    }
    // With a coinbase that pays the address, whatever the session thinks.
    Reply submit(const JobIssue& issue, Want want = Want::share_only, int exponent = -30) {
        stratum::Submit like = a_submit(wire_id(issue).value());
        like.user = address;
        like.nonce = nonce;
        const Bytes suffix = own_suffix();
        const auto found = mine(*job,
                                {.extranonce1 = 5u << 20,
                                 .exponent = exponent,
                                 .want = want,
                                 .own_suffix = suffix,
                                 .salt = salts.of(*like.job)},
                                like);
        nonce = found.nonce + 1;
        return session.receive({.id = "9", .body = found}, now);
    }
    [[nodiscard]] Bytes own_suffix() const { return bitcoin::solo_suffix(*job->solo, script()); }
    [[nodiscard]] static Bytes script() {
        return bitcoin::parse_address(address, bitcoin::Network::regtest).value().script;
    }

    World world;
    Moment now = start;
    stratum::RequestReader reader;
    Session session{world.view, solo_listener(), 0, now.steady};
    JobPtr job;
    ToldSalts salts;
    std::uint32_t nonce = 0;
};

}  // namespace

TEST_CASE("a solo miner's jobs have its own coinbase, the first one is clean") {
    Solo miner;
    const Reply first = miner.login();
    CHECK_FALSE(first.notify);
    CHECK(first.text.ends_with(miner.job->line_with(miner.own_suffix(), stratum::CleanJobs::yes)));
    const Reply next = miner.next_job({.id = 0x1001, .solo = true});
    CHECK_FALSE(next.notify);
    CHECK(next.text == miner.job->line_with(miner.own_suffix(), stratum::CleanJobs::no));
    const Reply clean = miner.next_job({.id = 0x1002, .clean = true, .tip = 2, .solo = true});
    CHECK(clean.text.ends_with("true]}\n"));
}

TEST_CASE("a solo share is judged by its own coinbase and carries the payout script") {
    Solo miner;
    (void)miner.login();
    const Reply reply = miner.submit({miner.job->id, 0});
    REQUIRE(reply.verdict == ShareVerdict::accepted);
    CHECK(as_bytes(reply.share->bitcoin().payout_script()).size() == 22);
    CHECK(to_bytes(as_bytes(reply.share->bitcoin().payout_script())) == Solo::script());
    CHECK(reply.share->user() == address);
    // The hash is of the miner's own coinbase.
    Bytes coinbase = miner.job->coinbase_prefix;
    append(coinbase, as_bytes(reply.share->bitcoin().extranonce1()));
    append(coinbase, as_bytes(reply.share->bitcoin().extranonce2()));
    append(coinbase, miner.own_suffix());
    const bitcoin::BlockHeader header{.version = reply.share->bitcoin().version(),
                                      .prev_hash = miner.job->prev_hash,
                                      .merkle_root = bitcoin::merkle_root_from_branch(
                                          bitcoin::sha256d(coinbase), miner.job->merkle_branch),
                                      .time = reply.share->bitcoin().ntime(),
                                      .bits = reply.share->bitcoin().bits(),
                                      .nonce = reply.share->bitcoin().nonce()};
    CHECK(bitcoin::meets_target(header.hash(), share_target(-30).target));
}

TEST_CASE("work on the pool's coinbase is worth nothing in a solo session") {
    Solo miner;
    (void)miner.login();
    stratum::Submit wrong = a_submit();
    wrong.user = address;
    int refused = 0;
    for (int i = 0; i < 20; ++i, ++wrong.nonce) {
        wrong = mine(*miner.job, {.extranonce1 = 5u << 20}, wrong);
        const Reply reply = miner.session.receive({.id = "9", .body = wrong}, miner.now);
        if (reply.verdict == ShareVerdict::low_difficulty) ++refused;
    }
    // Each of the others is good by a chance of a quarter.
    CHECK(refused >= 5);
}

TEST_CASE("a solo block's coinbase pays the miner and the fee") {
    Solo miner;
    (void)miner.login();
    const Reply reply = miner.submit({miner.job->id, 0}, Want::block);
    REQUIRE(reply.solved);
    const std::string& coinbase = reply.solved->bitcoin().coinbase();
    CHECK(coinbase.ends_with(as_chars(miner.own_suffix())));
    CHECK(reply.solved->bitcoin().payout_script() == as_chars(Solo::script()));
    CHECK(coinbase.size() == 50 + 12 + miner.own_suffix().size());
    CHECK(reply.solved->user() == address);
    CHECK(reply.share->solves_block());
}

TEST_CASE("a job given again with another difficulty keeps the miner's coinbase") {
    Solo miner;
    (void)miner.login();
    const Reply reply =
        miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    const Salt salt = miner.salts.of(wire_id({miner.job->id, 1})).value();
    CHECK(has(reply.text, miner.job->reissue_line(1, salt, miner.own_suffix())));
    const Reply share = miner.submit({miner.job->id, 1}, Want::share_only, -26);
    REQUIRE(share.verdict == ShareVerdict::accepted);
    CHECK(share.share->bitcoin().salt() == as_chars(salt));
    CHECK_FALSE(share.share->bitcoin().payout_script().empty());
}

TEST_CASE("on a pool open to any name solo miners still log in with an address, one a session") {
    Solo miner;
    (void)miner.subscribe();
    CHECK(has(miner.authorize("alice").text, "user name is no payout address"));
    CHECK_FALSE(miner.session.working());
    CHECK(has(miner.authorize(address + ".rig").text, "mining.notify"));
    const Reply other = miner.authorize("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn");
    CHECK_FALSE(other.login_refusal.empty());
    CHECK(has(other.text, "this connection mines solo already"));
}

TEST_CASE("a solo miner is told and sent away when jobs have no work for it") {
    Solo newcomer({.solo = false});
    const Reply login = newcomer.login();
    CHECK(has(login.text, "client.show_message"));
    CHECK(login.close);

    Solo miner;
    (void)miner.login();
    const Reply reply = miner.next_job({.id = 0x1001, .solo = false});
    CHECK(has(reply.text, "no work for solo miners"));
    CHECK(reply.close);
}

TEST_CASE("a submit before the login is refused, and a block in it still goes out") {
    Solo miner;
    (void)miner.subscribe();
    stratum::Submit begin = a_submit();
    const auto found = mine(*miner.job, {.extranonce1 = 5u << 20, .want = Want::block}, begin);
    const Reply reply = miner.session.receive({.id = "9", .body = found}, miner.now);
    CHECK(reply.verdict == ShareVerdict::unauthorised);
    CHECK(reply.solved);
}

TEST_CASE("a resumed solo session is shown its job again with its own coinbase") {
    Solo miner;
    (void)miner.login();
    Session next(miner.world.view, solo_listener(), 1, miner.now.steady);
    next.resume(miner.session.leave(), miner.now.steady);
    miner.session = std::move(next);
    const Reply reply = miner.login();
    CHECK(reply.text.ends_with(miner.job->line_with(miner.own_suffix(), stratum::CleanJobs::yes)));
    CHECK(miner.submit({miner.job->id, 0}).verdict == ShareVerdict::accepted);
}

TEST_CASE("a resumed solo session that asks for a difficulty before its login waits for its job") {
    Solo miner;
    (void)miner.login();
    Session next(miner.world.view, solo_listener(), 1, miner.now.steady);
    next.resume(miner.session.leave(), miner.now.steady);
    miner.session = std::move(next);
    (void)miner.subscribe();
    const Reply suggested =
        miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    CHECK(suggested.text == stratum::true_line("3"));
    const Reply login = miner.authorize();
    const Salt salt = miner.salts.of(wire_id({miner.job->id, 1})).value();
    CHECK(has(login.text, miner.job->reissue_line(1, salt, miner.own_suffix())));
    CHECK(miner.submit({miner.job->id, 1}, Want::block, -26).solved);
}
