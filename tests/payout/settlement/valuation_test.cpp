// Which work and which terms a block is divided by.
#include "payout/settlement/valuation.hpp"

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

TEST_CASE("a block is divided by the terms of when it was found", "[database]") {
    auto terms = settings(BaseScheme::pplns);
    PoolRows pool(terms);
    pool.work({.start = midnight + hours(1), .user = 1, .hashes = 10});
    pool.pass(midnight + hours(2));
    // From the next midnight on a tenth is the pool's, and another's.
    terms.base_fee = Ppm(100'000);
    terms.recipients = {{"heir", Ppm(parts)}};
    Settler later(pool.connection, Settler::Options{{"btc", "me", 1}, terms, 210'000});
    REQUIRE(later.run(midnight + hours(3)));
    pool.find({.id = 1, .at = midnight + hours(23)});
    pool.find({.id = 2, .at = midnight + days(1)});
    REQUIRE(later.run(midnight + days(2)));
    CHECK(pool.pool(Pot::immature) == coin / 100);
    const Account heir{{Owner::Kind::fee, "heir"}, Pot::immature};
    CHECK(pool.ledger.balance(heir).value() == Satoshi(coin / 10));
    const auto versions =
        pool.connection
            .query("SELECT terms_version FROM ledger_transaction WHERE chain = 'btc' ORDER BY id")
            .value();
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].integer(0) == 1);
    CHECK(versions[1].integer(0) == 2);
}

TEST_CASE("work up to the block's moment is before it, to the millisecond", "[database]") {
    for (const auto base : {BaseScheme::pplns, BaseScheme::prop}) {
        PoolRows pool(settings(base));
        const UnixTime found = midnight + hours(1);
        pool.work({.start = found, .user = 1, .hashes = 10});
        pool.work({.start = found + milliseconds(1), .user = 2, .hashes = 10});
        pool.find({.id = 1, .at = found});
        pool.pass(found + minutes(1));
        CHECK(pool.user("alice", Pot::immature) == coin / 100 * 99);
        CHECK(pool.user("bob", Pot::immature) == 0);
        if (base != BaseScheme::prop) continue;
        pool.find({.id = 2, .at = found + minutes(1)});
        pool.pass(found + minutes(2));
        CHECK(pool.user("alice", Pot::immature) == coin / 100 * 99);
        CHECK(pool.user("bob", Pot::immature) == coin / 100 * 99);
    }
}

TEST_CASE("a DGM block is credited at first as it is when final, whatever terms were between",
          "[database]") {
    auto terms = settings(BaseScheme::dgm);
    terms.dgm_cross = Ppm(900'000);
    terms.dgm_keep = Ppm(800'000);
    for (const auto next : {BaseScheme::dgm, BaseScheme::pplns}) {
        PoolRows pool(terms);
        pool.pass(midnight - days(3));
        std::vector<Terms> changes(2, terms);
        changes[0].base = next;
        changes[0].dgm_keep = Ppm(100'000);
        changes[1].dgm_cross = Ppm(500'000);
        for (std::uint8_t day = 0; day < 3; ++day) {
            const UnixTime from = midnight + days(day);
            pool.work({.start = from + hours(1), .user = 1 + day, .hashes = 3});
            pool.find({.id = static_cast<std::uint8_t>(day + 1), .at = from + hours(2)});
            if (day == 2) break;
            pool.settler.emplace(pool.connection,
                                 Settler::Options{{"btc", "me", 1}, changes[day], 210'000});
            pool.pass(from + hours(3));
        }
        pool.pass(midnight + days(2) + hours(3));
        pool.reach(midnight + days(3));
        for (const std::uint8_t id : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
            pool.become(id, "confirmed");
        }
        CHECK(pool.pass(midnight + days(3)).finalised == 3);
        CHECK(pool.count("ledger_transaction WHERE reason = 'credit'") == 3);
        CHECK(pool.count("ledger_transaction WHERE reason = 'adjustment'") == 0);
    }
}

TEST_CASE("two blocks of one millisecond have the same round", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    const UnixTime found = midnight + hours(1);
    pool.work({.start = found - minutes(9), .user = 1, .hashes = 10});
    pool.find({.id = 1, .at = found - minutes(5), .state = "confirmed"});
    pool.work({.start = found - minutes(1), .user = 2, .hashes = 10});
    pool.find({.id = 2, .at = found});
    pool.find({.id = 3, .at = found});
    pool.reach(found + minutes(2));
    pool.pass(found + minutes(2));
    CHECK(pool.user("alice", Pot::balance) == coin / 100 * 99);
    CHECK(pool.user("bob", Pot::immature) == 2 * (coin / 100 * 99));
    // Also where one of them is final already.
    pool.become(2, "confirmed");
    pool.pass(found + minutes(3));
    pool.become(3, "confirmed");
    pool.pass(found + minutes(4));
    CHECK(pool.user("bob", Pot::balance) == 2 * (coin / 100 * 99));
    CHECK(pool.reserve(Pot::balance) == 0);
}

TEST_CASE("a round without work is divided by the newest minute that has some", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    const UnixTime minute = midnight + hours(1);
    pool.find({.id = 1, .at = minute - milliseconds(1)});
    pool.pass(minute);
    CHECK(pool.reserve(Pot::immature) == coin);  // nobody ever worked
    pool.work({.start = minute - minutes(5), .user = 1, .hashes = 100});
    pool.work({.start = minute - minutes(2), .user = 1, .hashes = 10});
    pool.work({.start = minute - minutes(2) + milliseconds(7), .user = 2, .hashes = 30});
    pool.work({.start = minute - minutes(1), .user = 3, .hashes = 9, .scheme = "solo"});
    // All of the minute counts behind the cut.
    const UnixTime found = minute + milliseconds(5'000);
    pool.work({.start = found + milliseconds(1), .user = 3, .hashes = 10});
    pool.find({.id = 2, .at = found});
    pool.pass(minute + minutes(1));
    CHECK(pool.user("alice", Pot::immature) == coin / 100 * 99 / 4);
    CHECK(pool.user("bob", Pot::immature) == coin / 100 * 99 / 4 * 3);
    CHECK(pool.user("carol", Pot::immature) == 0);
}

TEST_CASE("a block that is known behind a later final one has its own round", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    const UnixTime found = midnight + hours(1);
    pool.work({.start = found - minutes(9), .user = 1, .hashes = 10});
    pool.find({.id = 1, .at = found - minutes(5), .state = "confirmed"});
    pool.work({.start = found - minutes(1), .user = 2, .hashes = 10});
    pool.work({.start = found + minutes(1), .user = 3, .hashes = 10});
    pool.find({.id = 3, .at = found + minutes(2), .state = "confirmed"});
    pool.reach(found + minutes(9));
    pool.pass(found + minutes(9));
    pool.find({.id = 2, .at = found, .state = "confirmed"});
    pool.work({.start = found + minutes(4), .user = 1, .hashes = 10});
    pool.find({.id = 4, .at = found + minutes(4), .state = "confirmed"});
    pool.pass(found + minutes(10));
    // The later one was divided by both rounds, and stays so.
    const std::int64_t due = coin / 100 * 99;
    CHECK(pool.user("alice", Pot::balance) == 2 * due);
    CHECK(pool.user("bob", Pot::balance) == due / 2 + due);
    CHECK(pool.user("carol", Pot::balance) == due / 2);
    CHECK(pool.reserve(Pot::balance) == 0);
}
