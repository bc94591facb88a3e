// Asked for by a row, made by what settles, and what settlement then credits.
#include "payout/preview_repository.hpp"

#include <algorithm>
#include <random>

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// What the passes do with a request.
Preview preview(PoolRows& pool, const Settler::Find& find) {
    const auto simulated = pool.settler->simulate(find).value();
    return preview_of({.made = find.at,
                       .height = find.height,
                       .value = simulated.valued.split.value,
                       .window = simulated.valued.window,
                       .credits = simulated.valued.credits},
                      simulated.terms, {});
}

const std::vector<std::string> users{"alice", "bob", "carol"};

// Immature, of each user, the pool and the reserve.
std::vector<std::int64_t> immature(PoolRows& pool) {
    std::vector<std::int64_t> amounts;
    for (const std::string& user : users) amounts.push_back(pool.user(user, Pot::immature));
    amounts.push_back(pool.pool(Pot::immature));
    amounts.push_back(pool.reserve(Pot::immature));
    return amounts;
}

std::vector<std::int64_t> amounts_of(const Preview& preview) {
    std::vector<std::int64_t> amounts(users.size());
    for (const Credit& credit : preview.credits) {
        amounts.at(static_cast<std::size_t>(credit.payee.id - 1)) = credit.amount.value();
    }
    amounts.push_back(preview.fees.value());
    amounts.push_back(preview.reserve.value());
    return amounts;
}

void choose(PoolRows& pool, std::int64_t user, const std::string& scheme) {
    pool.run("INSERT INTO user_scheme VALUES ('btc', ?, 0, ?, 0)", {user, scheme});
}

}  // namespace

TEST_CASE("a preview is what settlement credits when the block is found right then", "[database]") {
    const std::vector<std::string> schemes{"base", "pps", "pps_plus", "fpps"};
    for (unsigned seed = 0; seed < (lode::test::Database::is_mysql() ? 6 : 60); ++seed) {
        INFO("seed " << seed);
        std::mt19937_64 random(seed);
        const auto base =
            std::array{BaseScheme::pplns, BaseScheme::prop, BaseScheme::dgm}[seed % 3];
        auto terms = settings(base);
        terms.pplns_window = static_cast<std::uint32_t>(1 + random() % 20);
        terms.dgm_cross = Ppm(900'000);
        terms.dgm_keep = Ppm(300'000);
        PoolRows pool(terms);
        if (base != BaseScheme::prop) {
            for (const std::int64_t user : {1, 2}) choose(pool, user, schemes[random() % 4]);
        }
        UnixTime now = midnight;
        pool.pass(now);  // the terms are kept
        const auto work = [&] {
            for (auto left = 1 + random() % 12; left > 0; --left) {
                now += milliseconds(random() % 200'000);
                pool.work({.start = now,
                           .user = static_cast<std::int64_t>(1 + random() % 3),
                           .hashes = 1 + random() % 9,
                           .partition = static_cast<std::int64_t>(random() % 2)});
            }
        };
        work();
        std::vector<std::int64_t> before(users.size() + 2);
        if (random() % 2 == 0) {
            pool.find({.id = 1, .at = now});
            pool.pass(now + minutes(2));
            before = immature(pool);
            work();
        }
        const auto reward = static_cast<std::int64_t>(1 + random() % 6'000'000'000);
        const auto told = preview(pool, {Satoshi(reward), 2, now});
        pool.find({.id = 2, .at = now, .amount = reward});
        pool.pass(now + minutes(2));
        auto credited = immature(pool);
        std::ranges::transform(credited, before, credited.begin(), std::minus());
        CHECK(amounts_of(told) == credited);
        CHECK(told.reward == Satoshi(reward));
        CHECK(told.held.has_value() == (base == BaseScheme::pplns));
    }
}

TEST_CASE("a request is read as it was written, and the minimum is told beside it", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    PreviewRepository repository(pool.connection, "btc");
    CHECK_FALSE(repository.asked().value());
    pool.run("INSERT INTO preview_request VALUES ('btc', 5, 7, 100)", {});
    const auto request = repository.asked().value();
    REQUIRE(request);
    CHECK(request->asked == from_unix_ms(5));
    CHECK(request->height == 7);
    CHECK(request->reward == Satoshi(100));
    pool.run("UPDATE preview_request SET reward = -1", {});
    CHECK(repository.asked().error().code == ErrorCode::malformed);
    pool.run("UPDATE preview_request SET reward = 1, height = -1", {});
    CHECK(repository.asked().error().code == ErrorCode::internal);
    CHECK_FALSE(repository.newest_fees().value());
    pool.run("INSERT INTO fee_day VALUES ('btc', 1, 9, 30, 100, 0), ('btc', 2, 9, 40, 100, 0)", {});
    CHECK(repository.newest_fees().value()->fees == Satoshi(40));
}

TEST_CASE("a preview stands in place of the one before, and the minimum stays", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    PreviewRepository repository(pool.connection, "btc");
    REQUIRE(repository.tell_minimum(Satoshi(500)));
    Preview preview{.made = from_unix_ms(9),
                    .height = 3,
                    .reward = Satoshi(8),
                    .users = Satoshi(7),
                    .credits = std::vector<Credit>(5'000, {{}, Satoshi(1)})};
    for (std::size_t i = 0; i < preview.credits.size(); ++i) {
        preview.credits[i].payee.id = static_cast<std::int64_t>(i) + 10;
    }
    REQUIRE(repository.store(preview));
    CHECK(pool.count("payout_preview_part") == 2);
    preview.credits.resize(1);
    preview.held = Ppm(5);
    REQUIRE(repository.store(preview));
    REQUIRE(repository.tell_minimum(Satoshi(600)));
    const auto row =
        pool.connection
            .query(
                "SELECT minimum, made_unix_ms, held_ppm, users, users_amount FROM payout_preview")
            .value()
            .at(0);
    CHECK(row.integer(0) == 600);
    CHECK(row.integer(1) == 9);
    CHECK(row.integer(2) == 5);
    CHECK(row.integer(3) == 1);
    CHECK(row.integer(4) == 7);
    CHECK(pool.count("payout_preview_part") == 1);
}
