// Whole passes over a real database: from rows of work and blocks to balances.
#include "payout/settlement/settler.hpp"

#include <random>

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

const UnixTime found = midnight + hours(5) + milliseconds(30'500);

// Alice has worked three times as much as bob; carol after the block.
void fill(PoolRows& pool) {
    pool.work({.start = midnight + hours(4), .user = 1, .hashes = 30});
    pool.work({.start = midnight + hours(4), .user = 2, .hashes = 10, .partition = 1});
    pool.work({.start = found + milliseconds(1), .user = 3, .hashes = 999});
    pool.work({.start = midnight + hours(4), .user = 3, .hashes = 999, .scheme = "solo"});
    pool.find({.id = 1, .at = found});
}

}  // namespace

TEST_CASE("a block is credited, final when mature, and never again", "[database]") {
    for (const auto base : {BaseScheme::pplns, BaseScheme::prop}) {
        PoolRows pool(settings(base));
        fill(pool);
        CHECK(pool.pass(found + minutes(1)).credited == 1);
        constexpr std::int64_t due = coin / 100 * 99;
        CHECK(pool.user("alice", Pot::immature) == due / 4 * 3);
        CHECK(pool.user("bob", Pot::immature) == due / 4);
        CHECK(pool.user("carol", Pot::immature) == 0);
        CHECK(pool.pool(Pot::immature) == coin / 100);
        CHECK(pool.pass(found + minutes(2)).credited == 0);

        pool.become(1, "confirmed");
        CHECK(pool.pass(found + hours(20)).finalised == 0);  // shares may still come
        pool.reach(found + hours(20));
        const auto report = pool.pass(found + hours(20));
        CHECK(report.finalised == 1);
        CHECK(report.closed_before == found + milliseconds(1));
        CHECK(pool.user("alice", Pot::immature) == 0);
        CHECK(pool.user("alice", Pot::balance) == due / 4 * 3);
        CHECK(pool.pool(Pot::balance) == coin / 100);
        const auto transactions = pool.count("ledger_transaction");
        CHECK(transactions == 2);
        pool.restart();
        const auto again = pool.pass(found + hours(30));
        CHECK(again.credited + again.finalised + again.taken_back == 0);
        CHECK(pool.count("ledger_transaction") == transactions);
    }
}

TEST_CASE("work that came late is in the final credit", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    fill(pool);
    pool.pass(found + minutes(1));
    pool.work({.start = midnight + hours(4), .user = 3, .hashes = 40});
    pool.become(1, "confirmed");
    pool.reach(found + hours(1));
    pool.pass(found + hours(1));
    CHECK(pool.user("carol", Pot::balance) == coin / 100 * 99 / 2);
    CHECK(pool.user("bob", Pot::balance) == coin / 100 * 99 / 8);
}

TEST_CASE("an orphan is taken back, credited again when it comes back", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    fill(pool);
    pool.pass(found + minutes(1));
    const auto credited = pool.balances();
    for (int i = 0; i < 2; ++i) {
        pool.become(1, "orphaned");
        CHECK(pool.pass(found + hours(1)).taken_back == 1);
        CHECK(pool.balances().empty());
        CHECK(pool.pass(found + hours(1)).taken_back == 0);
        pool.become(1, "accepted");
        CHECK(pool.pass(found + hours(2)).credited == 1);
        CHECK(pool.balances() == credited);
    }
}

TEST_CASE("PROP's rounds follow the blocks that live", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    fill(pool);
    pool.find({.id = 2, .at = found + hours(1)});
    CHECK(pool.pass(found + hours(2)).credited == 2);
    const std::int64_t due = coin / 100 * 99;
    CHECK(pool.user("carol", Pot::immature) == due);
    // Without the first block all of the work is one round.
    pool.become(1, "orphaned");
    const auto report = pool.pass(found + hours(2));
    CHECK(report.taken_back == 1);
    CHECK(report.credited == 1);
    CHECK(pool.user("alice", Pot::immature) == due * 30 / 1039);
}

TEST_CASE("DGM's scores go on from the newest final block", "[database]") {
    auto terms = settings(BaseScheme::dgm);
    terms.dgm_cross = Ppm(900'000);
    terms.dgm_keep = Ppm(500'000);
    const auto settled = [&](bool at_once) {
        PoolRows pool(terms);
        fill(pool);
        pool.find({.id = 2, .at = found + hours(1)});
        pool.work({.start = found + hours(1) + minutes(1), .user = 2, .hashes = 5});
        pool.find({.id = 3, .at = found + hours(2)});
        pool.reach(found + hours(9));
        if (!at_once) pool.pass(found + hours(3));
        for (const auto id : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}}) {
            pool.become(id, "confirmed");
            if (!at_once) CHECK(pool.pass(found + hours(4)).finalised == 1);
        }
        if (at_once) CHECK(pool.pass(found + hours(4)).finalised == 3);
        CHECK(pool.count("dgm_score") > 0);
        return pool.balances();
    };
    const auto balances = settled(false);
    CHECK(balances == settled(true));
    CHECK(balances.at("user carol balance") > 0);
    CHECK(balances.at("reserve  balance") > 0);
    CHECK(balances.at("world  mined") == -3 * coin);
}

TEST_CASE("of a solo block the pool has its fee alone", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    pool.work({.start = midnight, .user = 1, .hashes = 10});
    pool.find({.id = 1, .at = midnight + hours(1), .amount = 777, .solo = true});
    pool.find({.id = 2, .at = midnight + hours(1), .amount = 0, .solo = true});
    pool.find({.id = 3, .at = midnight + hours(2)});
    pool.pass(midnight + hours(3));
    CHECK(pool.pool(Pot::immature) == 777 + coin / 100);
    CHECK(pool.user("alice", Pot::immature) == coin / 100 * 99);
    for (const auto id : {std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{3}})
        pool.become(id, "confirmed");
    pool.reach(midnight + hours(3));
    CHECK(pool.pass(midnight + hours(4)).finalised == 3);
    CHECK(pool.pool(Pot::balance) == 777 + coin / 100);
}

TEST_CASE("a re-org deeper than maturity pauses payments and touches nothing", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    fill(pool);
    pool.become(1, "confirmed");
    pool.reach(found + hours(1));
    pool.pass(found + hours(1));
    const auto balances = pool.balances();
    pool.become(1, "orphaned");
    for (int i = 0; i < 2; ++i) {
        CHECK(pool.pass(found + hours(2)).too_deep.size() == 1);
        CHECK(pool.balances() == balances);
        const auto rows = pool.connection.query("SELECT paused, reason FROM payout_pause").value();
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].integer(0) == 1);
        CHECK(rows[0].text(1).find("no longer in the chain") != std::string::npos);
    }
    // Who has looked lets payments go on; the block is told of still.
    pool.run("UPDATE payout_pause SET paused = 0", {});
    CHECK(pool.pass(found + hours(3)).too_deep.size() == 1);
    CHECK(pool.connection.query("SELECT paused FROM payout_pause").value()[0].integer(0) == 0);
    pool.become(1, "confirmed");
    CHECK(pool.pass(found + hours(4)).too_deep.empty());
    CHECK(pool.balances() == balances);
}

TEST_CASE("DGM with shares that are too large a part of a block is told of", "[database]") {
    for (const auto base : {BaseScheme::dgm, BaseScheme::pplns}) {
        PoolRows pool(settings(base));              // kappa is 9: a share may be 1/9,000 of a block
        constexpr std::uint32_t bits = 0x1d00ffff;  // 4,295,032,833 hashes
        pool.work({.start = midnight, .user = 1, .hashes = 400'000, .bits = bits});
        CHECK(pool.pass(midnight + minutes(5)).dgm_doubt.empty());
        // Another user's is larger; looked at an hour later.
        pool.work({.start = midnight + minutes(30), .user = 2, .hashes = 500'000, .bits = bits});
        pool.work({.start = midnight + minutes(30), .user = 3, .scheme = "solo"});
        CHECK(pool.pass(midnight + minutes(40)).dgm_doubt.empty());
        const auto doubt = pool.pass(midnight + minutes(70)).dgm_doubt;
        CHECK(doubt.empty() == (base != BaseScheme::dgm));
        CHECK(pool.pass(midnight + minutes(71)).dgm_doubt == doubt);
        CHECK(pool.pass(midnight + hours(3)).dgm_doubt.empty());
    }
}

TEST_CASE("who has lost the lease settles nothing", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    fill(pool);
    pool.run("UPDATE lease SET fence = 2", {});
    CHECK(pool.settler->run(found + minutes(1)).error().code == ErrorCode::conflict);
    CHECK(pool.count("ledger_transaction") == 0);
    CHECK(pool.count("terms") == 0);
}

TEST_CASE("rows are deleted when no window needs them", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    for (int day = 0; day < 8; ++day) {
        pool.work({.start = midnight + days(day), .user = 1, .hashes = 4});
    }
    pool.reach(midnight + days(9));
    pool.pass(midnight + days(9));
    // Twice the window is 6 blocks, 12 hashes: the last three rows.
    CHECK(pool.count("user_bucket") == 3);
    CHECK(pool.count("user_day") == 8);
}

TEST_CASE("a simulated block credits as one that is found then", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    fill(pool);
    pool.pass(found + minutes(1));
    const auto simulated = pool.settler->simulate({Satoshi(coin), 7, found + hours(1)}).value();
    const auto& credits = simulated.valued.credits;
    REQUIRE(credits.size() == 2);
    CHECK(credits[0].payee == Payee{Payee::Kind::user, 3});
    CHECK(credits[0].amount == Satoshi(coin / 100 * 99));
    CHECK(simulated.terms.base == BaseScheme::prop);
    CHECK(pool.count("ledger_transaction") == 1);
}

TEST_CASE("random lives end in the same balances however often passes ran", "[database]") {
    for (int seed = 0; seed < (lode::test::Database::is_mysql() ? 4 : 30); ++seed) {
        const auto base = std::array{BaseScheme::pplns, BaseScheme::prop,
                                     BaseScheme::dgm}[static_cast<std::size_t>(seed % 3)];
        INFO("seed " << seed);
        const auto settled = [&](bool once) {
            auto terms = settings(base);
            terms.dgm_cross = Ppm(900'000);
            terms.dgm_keep = Ppm(300'000);
            PoolRows pool(terms);
            std::mt19937_64 random(static_cast<std::uint64_t>(seed));
            std::mt19937_64 passes(99);
            std::vector<std::string> states;
            UnixTime now = midnight;
            for (int event = 0; event < 30; ++event) {
                now += milliseconds(random() % 5'000'000);
                const auto what = random() % 5;
                if (what < 2) {
                    pool.work({.start = now,
                               .user = static_cast<std::int64_t>(1 + random() % 3),
                               .hashes = 1 + random() % 9});
                } else if (what == 2) {
                    states.emplace_back("accepted");
                    pool.find({.id = static_cast<std::uint8_t>(states.size()),
                               .at = now,
                               .amount = static_cast<std::int64_t>(random() % 1'000'000),
                               .solo = random() % 5 == 0});
                } else if (!states.empty()) {
                    const auto which = random() % states.size();
                    std::string& state = states[which];
                    const bool earlier_open = std::any_of(
                        states.begin(), states.begin() + static_cast<std::ptrdiff_t>(which),
                        [](const std::string& of) { return of == "accepted"; });
                    if (state == "accepted") {
                        state = random() % 2 == 0 && !earlier_open ? "confirmed" : "orphaned";
                    } else if (state == "orphaned" && std::find(states.begin(), states.end(),
                                                                "confirmed") == states.end()) {
                        state = "accepted";
                    }
                    pool.become(static_cast<std::uint8_t>(which + 1), state);
                    pool.reach(now);
                }
                if (!once && passes() % 2 == 0) pool.pass(now);
                if (!once && passes() % 5 == 0) pool.restart();
            }
            for (std::size_t i = 0; i < states.size(); ++i) {
                if (states[i] == "accepted") {
                    pool.become(static_cast<std::uint8_t>(i + 1), "confirmed");
                }
            }
            now += hours(1);
            pool.reach(now);
            pool.pass(now);
            pool.pass(now);
            return pool.balances();
        };
        CHECK(settled(false) == settled(true));
    }
}

TEST_CASE("a confirmed block of which nobody knows what it brought is told", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    pool.find({.id = 7, .at = midnight + hours(1)});
    pool.run("DELETE FROM block_coinbase", {});
    CHECK(pool.pass(midnight + hours(2)).uncredited.empty());
    pool.become(7, "confirmed");
    const auto report = pool.settler->run(midnight + hours(4)).value();
    REQUIRE(report.uncredited.size() == 1);
    CHECK(report.uncredited[0].hash == PoolRows::hash(7));
    CHECK(report.uncredited[0].height == 7);
    CHECK(pool.settler->run(midnight + hours(4) + minutes(1)).value().uncredited.size() == 1);
    const auto verified = verify_ledger(pool.connection, "btc").value();
    REQUIRE(verified.complaints.size() == 1);
    CHECK(verified.complaints[0].find("of height 7 is confirmed and never credited") !=
          std::string::npos);
}
