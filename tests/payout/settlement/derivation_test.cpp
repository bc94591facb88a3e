// A derivation tells exactly what the division gives.
#include "payout/settlement/derivation.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>

using namespace lode;
using namespace lode::payout;

TEST_CASE("every user's derivation is his credit, over random blocks") {
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        std::mt19937_64 random(seed);
        Terms terms;
        terms.base_fee = Ppm(static_cast<std::uint32_t>(random() % parts));
        terms.finder_bonus = Ppm(static_cast<std::uint32_t>(random() % 50'000));
        terms.recipients = {{"pool", Ppm(parts)}};
        std::map<Holder, Uint128> weights;
        for (std::uint64_t i = 0; i < random() % 7; ++i) {
            weights[{UserId(static_cast<std::int64_t>(1 + random() % 4)),
                     static_cast<Scheme>(random() % 4)}] += 1 + random() % 1'000'000'007;
        }
        BlockSplit block{.value = {Satoshi(static_cast<std::int64_t>(random() % 5'000'000'000)),
                                   Satoshi(static_cast<std::int64_t>(random() % 100'000'000))},
                         .finder = {UserId(static_cast<std::int64_t>(1 + random() % 4)),
                                    static_cast<Scheme>(random() % 4)},
                         .weights = {}};
        for (const auto& [holder, weight] : weights) {
            block.weights.of.push_back({holder, weight});
            block.weights.whole += weight;
        }
        if (random() % 3 == 0) block.weights.whole += random() % 1'000'000'007;
        std::map<std::int64_t, Satoshi> credits;
        for (const Credit& credit : credit_block(block, terms)) {
            if (credit.payee.kind == Payee::Kind::user) credits[credit.payee.id] = credit.amount;
        }
        for (std::int64_t user = 1; user <= 5; ++user) {
            const auto derived = derive(block, terms, UserId(user));
            REQUIRE(derived.due == credits[user]);
        }
    }
}

TEST_CASE("the steps of a derivation are those of the formula") {
    Terms terms;
    terms.base_fee = Ppm(100'000);
    terms.recipients = {{"pool", Ppm(parts)}};
    const BlockSplit block{.value = {Satoshi(1'000), Satoshi(100)},
                           .finder = {},
                           .weights = {{{{UserId(1), Scheme::base}, 1},
                                        {{UserId(2), Scheme::base}, 2},
                                        {{UserId(2), Scheme::pps_plus}, 3}},
                                       6}};
    const auto derived = derive(block, terms, UserId(2));
    REQUIRE(derived.parts.size() == 4);
    const DerivedPart& base = derived.parts[0];
    CHECK(base.gross == Satoshi(500));
    CHECK(base.fee == Satoshi(50));
    CHECK((base.own == 3 && base.whole == 6 && base.weight == 2));
    CHECK(base.floor_before == Satoshi(150));
    CHECK(base.floor_after == Satoshi(450));
    CHECK(derived.parts[1].due() == Satoshi(0));  // the reserve's
    CHECK(derived.parts[2].due() == Satoshi(30));
    CHECK(derived.parts[3].due() == Satoshi(45));
    CHECK(derived.due == Satoshi(375));
}
