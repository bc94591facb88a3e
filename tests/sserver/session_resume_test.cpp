// A miner that comes back to its session over another connection.
#include <catch2/catch_test_macros.hpp>

#include "sserver/session.hpp"
#include "tests/sserver/session_miner.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;

namespace {

// The miner's connection ends and another one goes on, on a listener of its own or the same.
Session reconnect(Miner& miner, const ListenerRules& rules = starting_at(-30)) {
    Session next(miner.world.view, rules, 1, miner.now.steady);
    next.resume(miner.session.leave(), miner.now.steady);
    return next;
}

}  // namespace

TEST_CASE("a resumed session has its extranonce1, a new session id, and logs in anew") {
    Miner miner;
    miner.login();
    const SessionId before = miner.session.id();
    miner.session = reconnect(miner);
    CHECK_FALSE(miner.session.working());
    const Reply subscribed = miner.subscribe();
    CHECK(has(subscribed.text, R"("00500000",8])"));
    CHECK(has(subscribed.text, session_id_text(miner.session.id())));
    CHECK(miner.session.id().key != before.key);
    CHECK_FALSE(subscribed.notify);
    CHECK(miner.authorize().notify);
}

TEST_CASE("a share sent again after the resume is a duplicate, a new one is credited") {
    Miner miner;
    miner.login();
    CHECK(miner.submit().verdict == ShareVerdict::accepted);
    const std::uint32_t sent = miner.nonce - 1;
    miner.session = reconnect(miner);
    miner.login();
    stratum::Submit again = a_submit();
    again.nonce = sent;
    CHECK(miner.submit(Want::share_only, again).verdict == ShareVerdict::duplicate);
    again.nonce = sent + 1;
    CHECK(miner.submit(Want::share_only, again).verdict == ShareVerdict::accepted);
}

TEST_CASE("jobs of before the resume keep the difficulties they were sent with") {
    Miner miner;
    miner.login();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    (void)miner.next_job({.id = 0x2000});
    miner.session = reconnect(miner);
    miner.login();
    CHECK(miner.submit_at({JobId(0x1000), 0}).verdict == ShareVerdict::accepted);  // 2^-30
    miner.exponent = -26;
    CHECK(miner.submit_at({JobId(0x2000), 0}, Want::neither).verdict ==
          ShareVerdict::low_difficulty);
    CHECK(miner.submit_at({JobId(0x2000), 0}).verdict == ShareVerdict::accepted);
}

TEST_CASE("the job it had comes again under its id, clean, after its difficulty") {
    Miner miner;
    miner.login();
    miner.session = reconnect(miner);
    (void)miner.subscribe();
    const Reply reply = miner.authorize();
    CHECK(has(reply.text, stratum::difficulty_decimal(stratum::power_of_two(-30))));
    CHECK(reply.notify == miner.world.book.current()->line_clean);
}

TEST_CASE("a reissued job comes again under the id it was reissued with") {
    Miner miner;
    miner.login();
    (void)miner.say(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    miner.session = reconnect(miner);
    (void)miner.subscribe();
    const Reply reply = miner.authorize();
    CHECK(has(reply.text, stratum::difficulty_decimal(stratum::power_of_two(-26))));
    CHECK(has(reply.text, R"("params":["1000000001000",)"));
    miner.exponent = -26;
    CHECK(miner.submit_at({JobId(0x1000), 1}).verdict == ShareVerdict::accepted);
}

TEST_CASE("on a listener of higher difficulties the job comes under an id of its own") {
    Miner miner;
    miner.login();
    ListenerRules higher = starting_at(-22);
    higher.vardiff.exponent_min = -24;
    miner.session = reconnect(miner, higher);
    (void)miner.subscribe();
    const Reply reply = miner.authorize();
    CHECK(has(reply.text, stratum::difficulty_decimal(stratum::power_of_two(-24))));
    CHECK(has(reply.text, R"("params":["1000000001000",)"));
    CHECK(miner.submit_at({JobId(0x1000), 0}).verdict == ShareVerdict::accepted);  // as it was sent
    miner.exponent = -24;
    CHECK(miner.submit_at({JobId(0x1000), 1}, Want::neither).verdict ==
          ShareVerdict::low_difficulty);
}

TEST_CASE("what the miner wishes on its new connection counts, not what it had") {
    Miner miner;
    miner.login();
    Session next(miner.world.view, starting_at(-30), 1, miner.now.steady);
    std::swap(miner.session, next);
    (void)miner.say(R"({"id":1,"method":"mining.suggest_difficulty","params":[0.0000000298]})");
    miner.session.resume(next.leave(), miner.now.steady);
    (void)miner.subscribe();
    CHECK(has(miner.authorize().text, stratum::difficulty_decimal(stratum::power_of_two(-26))));
}

TEST_CASE("the version mask is the new connection's, or the one it had") {
    const char* const configure =
        R"({"id":1,"method":"mining.configure","params":[["version-rolling"],)"
        R"({"version-rolling.mask":"00ffe000"}]})";
    Miner miner;
    (void)miner.say(configure);
    miner.login();
    miner.session = reconnect(miner);
    miner.login();
    stratum::Submit rolled = a_submit();
    rolled.version_bits = 0x00200000;
    rolled =
        mine(*miner.world.book.current(), {.extranonce1 = 5u << 20, .mask = 0x00ffe000}, rolled);
    CHECK(miner.session.receive({.id = "9", .body = rolled}, miner.now).verdict ==
          ShareVerdict::accepted);
}

TEST_CASE("a loop that hears of jobs a little later than the miner's last one waits for them") {
    Miner miner;
    miner.login();
    (void)miner.next_job({.id = 0x3000});
    World later;
    later.book.add(a_job({.id = 0x1000}), miner.now.steady);
    Session next(later.view, starting_at(-30), 1, miner.now.steady);
    next.resume(miner.session.leave(), miner.now.steady);
    std::swap(miner.session, next);
    (void)miner.subscribe();
    CHECK_FALSE(miner.authorize().notify);
    const JobPtr job = a_job({.id = 0x3000});
    later.book.add(job, miner.now.steady);
    const Reply reply = miner.session.offer(job, miner.now.steady);
    CHECK(reply.notify == job->line_clean);
    CHECK(has(reply.text, "mining.set_difficulty"));
    // Only once.
    CHECK_FALSE(miner.subscribe().notify);
}
