// Pay per share from rows of work: what is posted is what all work has earned, however it is cut
// into passes.
#include "payout/settlement/work_settler.hpp"

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

void choose(PoolRows& pool, std::int64_t user, const std::string& scheme, UnixTime from) {
    pool.run("INSERT INTO user_scheme VALUES ('btc', ?, ?, ?, ?)",
             {user, to_unix_ms(from), scheme, to_unix_ms(from)});
}

// Half of a block's work is worth half its subsidy of 50 coins.
constexpr std::int64_t half = 50 * coin / 50 / 2;

}  // namespace

TEST_CASE("the reserve pays per share, each once, before and after rows are closed", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    choose(pool, 2, "fpps", midnight);
    pool.work({.start = midnight - hours(1), .user = 1, .hashes = 50});  // not chosen yet
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 1});
    pool.work({.start = midnight + hours(1), .user = 2, .hashes = 1});
    pool.work({.start = midnight + hours(1), .user = 3, .hashes = 1});
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 9, .scheme = "solo"});
    const auto first = pool.pass(midnight + hours(2));
    CHECK(first.pps_users == 2);
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98);
    CHECK(pool.user("bob", Pot::balance) == half / 100 * 97);
    CHECK(pool.user("carol", Pot::balance) == 0);
    CHECK(pool.reserve(Pot::balance) == -first.pps_posted.value());
    CHECK(pool.pass(midnight + hours(3)).pps_users == 0);

    pool.work({.start = midnight + hours(3), .user = 1, .hashes = 1, .partition = 1});
    CHECK(pool.pass(midnight + hours(4)).pps_users == 1);
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * 2);
    // Closed and summed up, nothing is due again.
    pool.reach(midnight + days(3));
    const auto closed = pool.pass(midnight + days(3));
    CHECK(closed.pps_users == 0);
    CHECK(closed.summed_before == midnight + days(2));
    CHECK(pool.count("pps_sum") == 2);
    pool.restart();
    pool.work({.start = midnight + days(2), .user = 1, .hashes = 2});
    CHECK(pool.pass(midnight + days(3)).pps_users == 1);
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * 4);
}

TEST_CASE("work that is first seen when it is closed is paid too", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps_plus", midnight);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 1});
    pool.reach(midnight + days(3));
    CHECK(pool.pass(midnight + days(3)).pps_users == 1);
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98);
    CHECK(pool.pass(midnight + days(4)).pps_users == 0);
}

TEST_CASE("the fees of a day are posted once, when they are frozen and the day is closed",
          "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    choose(pool, 2, "fpps", midnight);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 1});
    pool.work({.start = midnight + hours(1), .user = 2, .hashes = 1});
    pool.run("INSERT INTO fee_day VALUES ('btc', ?, 10, 100, 1000, 0)", {to_unix_ms(midnight)});
    pool.pass(midnight + hours(2));
    CHECK(pool.user("bob", Pot::balance) == half / 100 * 97);
    pool.reach(midnight + days(3));
    for (int i = 0; i < 3; ++i) {
        if (i == 2) pool.restart();
        pool.pass(midnight + days(3));
        CHECK(pool.user("bob", Pot::balance) == half / 100 * 97 + half / 1000 * 97);
        CHECK(pool.user("alice", Pot::balance) == half / 100 * 98);
    }
}

TEST_CASE("fees of days long frozen are posted when the work of those days is closed",
          "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 2, "fpps", midnight);
    constexpr int frozen = 80;  // more than one pass looks at
    for (int day = 0; day < frozen; ++day) {
        pool.work({.start = midnight + days(day), .user = 2, .hashes = 1});
        pool.run("INSERT INTO fee_day VALUES ('btc', ?, 10, 100, 1000, 0)",
                 {to_unix_ms(midnight + days(day))});
    }
    pool.reach(midnight + days(frozen + 1));
    for (int i = 0; i < 4; ++i) pool.pass(midnight + days(frozen + 1) + minutes(i));
    CHECK(pool.user("bob", Pot::balance) == frozen * (half / 100 * 97 + half / 1000 * 97));
}

TEST_CASE("what is due beyond all coins is posted in parts, and nothing is lost", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    choose(pool, 2, "pps", midnight);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 2'000'000});
    pool.work({.start = midnight + hours(1), .user = 2, .hashes = 1});
    const std::int64_t due = half / 100 * 98;
    const auto first = pool.pass(midnight + hours(2));
    CHECK(first.pps_held_back);
    CHECK(pool.user("alice", Pot::balance) == bitcoin::money_max.value() / 2);
    CHECK(pool.user("bob", Pot::balance) == due);
    // Also where nobody works any more and the day is to be closed.
    pool.reach(midnight + days(3));
    for (int i = 0; i < 5; ++i) pool.pass(midnight + days(3) + minutes(i));
    const auto last = pool.pass(midnight + days(3) + minutes(9));
    CHECK_FALSE(last.pps_held_back);
    CHECK(last.summed_before == midnight + days(2));
    CHECK(pool.user("alice", Pot::balance) == due * 2'000'000);
    CHECK(pool.user("bob", Pot::balance) == due);
}

TEST_CASE("a load that no reserve can pay stops neither passes nor the books", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = std::uint64_t{1} << 62});
    constexpr std::int64_t debt = std::int64_t{1} << 62;
    const Account reserve{{Owner::Kind::reserve, ""}, Pot::balance};
    REQUIRE(pool.connection.transaction([&]() -> Result<void> {
        for (int i = 0; i < 2'195; ++i) {
            LODE_TRY_VOID(pool.ledger.post(
                {.key = "spent " + std::to_string(i),
                 .reason = Reason::pps,
                 .entries = {{reserve, Satoshi(-bitcoin::money_max.value())},
                             {{{Owner::Kind::user, "carol"}, Pot::balance}, bitcoin::money_max}}}));
        }
        return success();
    }));
    for (int i = 0; i < 4; ++i) {
        CHECK(pool.pass(midnight + hours(2) + minutes(i)).pps_held_back);
    }
    CHECK(pool.reserve(Pot::balance) == -debt);
    // Work is summed up all the same.
    pool.reach(midnight + days(3));
    CHECK(pool.pass(midnight + days(3)).summed_before == midnight + days(2));
}

TEST_CASE("days are summed up to the last share, once", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    for (int hour = 0; hour < 60; ++hour) {
        pool.work({.start = midnight + hours(hour), .user = 1 + hour % 2, .hashes = 5});
    }
    pool.work({.start = midnight, .user = 1, .hashes = 3, .scheme = "solo"});
    pool.reach(midnight + hours(61));
    for (int hour = 25; hour <= 62; hour += 3) pool.pass(midnight + hours(hour));
    const auto rows = pool.connection
                          .query(
                              "SELECT SUM(shares), SUM(work_0) FROM user_day WHERE chain = "
                              "'btc' AND scheme = 'base'")
                          .value();
    // Behind by 24 hours.
    CHECK(rows[0].integer(0) == 37);
    CHECK(rows[0].integer(1) == 37 * 5);
    CHECK(pool.count("user_day") == 2 + 2 + 1);
}

TEST_CASE("work is summed up and paid once though every commit is made twice", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    pool.pass(midnight);  // keeps the terms
    RoundRepository rounds(pool.connection, "btc");
    BucketRepository buckets(pool.connection, "btc");
    TermsRepository terms(pool.connection, "btc");
    PpsRepository pps(pool.connection, "btc");
    // As when the answer to each first one is lost.
    const auto twice = [&](const std::function<Result<void>()>& body) -> Result<void> {
        LODE_TRY_VOID(pool.connection.transaction(body));
        return pool.connection.transaction(body);
    };
    WorkSettler settler({pool.ledger, rounds, buckets, terms, pps, 210'000, twice});
    for (int hour = 1; hour <= 4; ++hour) {
        pool.work({.start = midnight + hours(hour), .user = 1, .hashes = 1});
        // The last two are closed before they are first seen.
        if (hour == 3) continue;
        const UnixTime closed = hour == 4 ? midnight + hours(5) : midnight + hours(hour - 1);
        REQUIRE(settler.run(closed, midnight + hours(hour)));
        CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * hour);
    }
    const auto rows = pool.connection.query("SELECT SUM(shares), SUM(work_0) FROM user_day");
    CHECK(rows.value()[0].integer(0) == 4);
    CHECK(rows.value()[0].integer(1) == 4);
}

TEST_CASE("work that comes hours late is paid once, within an hour", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 1});
    pool.work({.start = midnight + hours(9), .user = 1, .hashes = 1});
    const UnixTime now = midnight + hours(9) + minutes(30);
    CHECK(pool.pass(now).pps_users == 1);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 1});
    pool.work({.start = midnight + hours(8), .user = 1, .hashes = 1});
    CHECK(pool.pass(now + minutes(1)).pps_users == 1);
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * 3);
    pool.pass(midnight + hours(10));
    CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * 4);
    pool.restart();
    CHECK(pool.pass(midnight + hours(10)).pps_users == 0);
}

TEST_CASE("of work that is summed up by the way nothing is paid again", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    choose(pool, 1, "pps", midnight);
    choose(pool, 2, "fpps", midnight + days(1));
    std::int64_t worked = 0;
    for (int minute = 0; minute < 60 * 60; minute += 40) {
        const UnixTime now = midnight + minutes(minute) + minutes(1);
        pool.work({.start = midnight + minutes(minute), .user = 1, .hashes = 1});
        pool.work({.start = midnight + minutes(minute), .user = 2, .hashes = 1});
        pool.reach(now);
        pool.pass(now);
        CHECK(pool.user("alice", Pot::balance) == half / 100 * 98 * ++worked);
    }
    CHECK(pool.user("bob", Pot::balance) == half / 100 * 97 * (worked - 36));
}
