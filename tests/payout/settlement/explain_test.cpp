// What is explained is what was posted, and how.
#include "payout/settlement/explain.hpp"

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

const UnixTime found = midnight + hours(5) + milliseconds(30'500);

void fill(PoolRows& pool) {
    for (int i = 0; i < 6; ++i) {
        pool.work({.start = midnight + minutes(i), .user = 1, .hashes = 2});
        pool.work({.start = midnight + minutes(i), .user = 2, .hashes = 1, .partition = 1});
    }
    pool.find({.id = 1, .at = midnight + minutes(1) + milliseconds(7)});
    pool.find({.id = 2, .at = found, .amount = coin + 777, .finder = "bob"});
}

Explanation told(PoolRows& pool, std::uint8_t block, const std::string& user) {
    auto explained = explain(pool.connection, {"btc", 210'000, PoolRows::hash(block), user});
    if (!explained) FAIL(explained.error().context);
    return explained.value();
}

}  // namespace

TEST_CASE("credits are computed again as they were posted, before and after they are final",
          "[database]") {
    for (const auto base : {BaseScheme::pplns, BaseScheme::prop, BaseScheme::dgm}) {
        auto terms = settings(base);
        terms.finder_bonus = Ppm(5'000);
        terms.dgm_cross = Ppm(900'000);
        PoolRows pool(terms);
        fill(pool);
        pool.pass(found + minutes(1));
        for (int i = 0; i < 2; ++i) {
            for (const auto block : {std::uint8_t{1}, std::uint8_t{2}}) {
                for (const char* user : {"alice", "bob", "carol"}) {
                    INFO(to_string(base) << " block " << int{block} << " user " << user);
                    const auto explained = told(pool, block, user);
                    if (base == BaseScheme::dgm && i == 1 && block == 2) {
                        CHECK_FALSE(explained.derivation);
                        continue;
                    }
                    CHECK(explained.agrees());
                    CHECK((explained.posted > Satoshi(0)) == (std::string(user) != "carol"));
                    CHECK(explained.rows.empty() == (std::string(user) == "carol"));
                }
            }
            pool.become(1, "confirmed");
            pool.become(2, "confirmed");
            pool.reach(found + hours(1));
            pool.pass(found + hours(1));
        }
    }
}

TEST_CASE("an explanation shows window, rows, steps and ledger", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    fill(pool);
    pool.pass(found + minutes(1));
    const auto explained = told(pool, 2, "alice");
    REQUIRE(explained.window);
    // Three blocks are six hashes: two minutes of three, found from the newest backwards.
    CHECK(explained.window->start == midnight + minutes(4));
    CHECK(explained.window->held == Units::whole(3));
    CHECK(explained.rows.size() == 2);
    CHECK(explained.value.fees == Satoshi(777));
    CHECK(explained.value.subsidy == Satoshi(coin));
    REQUIRE(explained.derivation->parts.size() == 2);
    CHECK(explained.derivation->parts[0].gross == Satoshi(coin));
    REQUIRE(explained.ledger.size() == 1);
    CHECK(explained.ledger[0].reason == "credit");
    CHECK(explained.ledger[0].amount == explained.posted);
    CHECK(explained.terms.version == 1);
}

TEST_CASE("work that came since shows as a difference until the block is final", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    fill(pool);
    pool.pass(found + minutes(1));
    pool.work({.start = midnight + minutes(5), .user = 3, .hashes = 9});
    CHECK_FALSE(told(pool, 2, "alice").agrees());
    pool.become(1, "orphaned");
    pool.become(2, "confirmed");
    pool.reach(found + hours(1));
    pool.pass(found + hours(1));
    CHECK(told(pool, 2, "alice").agrees());
    CHECK_FALSE(told(pool, 1, "alice").agrees());
    CHECK(told(pool, 1, "alice").posted == Satoshi(0));
}

TEST_CASE("unknown blocks and users are refused by name", "[database]") {
    PoolRows pool(settings(BaseScheme::prop));
    fill(pool);
    pool.pass(found + minutes(1));
    const auto block = explain(pool.connection, {"btc", 210'000, PoolRows::hash(9), "alice"});
    CHECK(block.error().code == ErrorCode::rejected);
    const auto user = explain(pool.connection, {"btc", 210'000, PoolRows::hash(1), "nobody"});
    CHECK(user.error().code == ErrorCode::rejected);
    CHECK(user.error().context.find("nobody") != std::string::npos);
}
