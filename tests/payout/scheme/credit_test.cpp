// A block's value divided: to the last base unit, whatever the weights, terms and schemes.
#include "payout/scheme/credit.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

Holder holder(std::int64_t user, Scheme scheme = Scheme::base) {
    return {UserId(user), scheme};
}
constexpr Payee reserve{Payee::Kind::reserve, 0};
Payee user(std::int64_t id) {
    return {Payee::Kind::user, id};
}
Payee fee(std::int64_t place) {
    return {Payee::Kind::fee, place};
}

Terms terms_of(std::uint32_t base_fee, std::uint32_t bonus) {
    Terms terms;
    terms.base_fee = Ppm(base_fee);
    terms.finder_bonus = Ppm(bonus);
    terms.recipients = {{"operator", Ppm(750'000)}, {"developers", Ppm(250'000)}};
    return terms;
}

BlockSplit any_block(cases::Random& random) {
    Weights weights = cases::any_weights(random, cases::below(random, 12), 4);
    if (cases::below(random, 2) == 0) cases::leave_some(random, weights);
    BlockSplit block{{cases::any_amount(random), {}}, holder(1), fit(std::move(weights))};
    const auto room =
        static_cast<std::uint64_t>(bitcoin::money_max.value() - block.value.subsidy.value());
    block.value.fees = Satoshi(static_cast<std::int64_t>(cases::below(random, room + 1)));
    block.finder = holder(static_cast<std::int64_t>(1 + cases::below(random, 14)),
                          static_cast<Scheme>(cases::below(random, 4)));
    return block;
}

std::int64_t total(const std::vector<Credit>& credits) {
    std::int64_t sum = 0;
    for (const Credit& credit : credits) sum += credit.amount.value();
    return sum;
}

}  // namespace

TEST_CASE("each part of a split is within one base unit of its due, and all are the amount") {
    cases::Random random(4);
    for (int i = 0; i < cases::exact_cases; ++i) {
        Weights weights = cases::any_weights(random, 1 + cases::below(random, 12), 1);
        const bool some_left = cases::below(random, 2) == 0;
        if (some_left) cases::leave_some(random, weights);
        weights = fit(std::move(weights));
        if (weights.whole == 0) continue;
        const Satoshi amount = cases::any_amount(random);
        const std::vector<Satoshi> got = split(amount, weights);
        REQUIRE(got.size() == weights.of.size());
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < got.size(); ++k) {
            const Uint128 due =
                mul_div(static_cast<Uint128>(amount.value()), weights.of[k].weight, weights.whole);
            const auto floor = static_cast<std::int64_t>(due);
            REQUIRE((got[k].value() == floor || got[k].value() == floor + 1));
            sum += got[k].value();
        }
        REQUIRE(sum <= amount.value());
        if (!some_left) REQUIRE(sum == amount.value());
    }
}

TEST_CASE("credits, fees and the reserve's part are the block's value, exactly") {
    cases::Random random(5);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const BlockSplit block = any_block(random);
        const Terms terms = cases::any_terms(random);
        const auto credits = credit_block(block, terms);
        REQUIRE(total(credits) == block.value.subsidy.value() + block.value.fees.value());
        REQUIRE(std::ranges::is_sorted(credits, {}, &Credit::payee));
        for (std::size_t k = 0; k < credits.size(); ++k) {
            REQUIRE(credits[k].amount.value() > 0);
            if (k > 0) REQUIRE(credits[k].payee != credits[k - 1].payee);
        }
    }
}

TEST_CASE("a user's credit is within two base units of what his weight, fee and bonus say") {
    cases::Random random(6);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const BlockSplit block = any_block(random);
        const Terms terms = cases::any_terms(random);
        std::map<Payee, std::int64_t> got;
        for (const Credit& credit : credit_block(block, terms)) {
            got[credit.payee] = credit.amount.value();
        }
        // In long double, whose 64 bits hold amounts of 51 to less than 2^-12.
        std::map<Payee, long double> due;
        for (const auto& [amount, fees] :
             {std::pair{block.value.subsidy, false}, std::pair{block.value.fees, true}}) {
            const auto own = [fees = fees](Scheme scheme) {
                return scheme == Scheme::base || (fees && scheme == Scheme::pps_plus);
            };
            const long double all = static_cast<long double>(amount.value());
            const long double bonus = all * terms.finder_bonus.value() / parts;
            if (own(block.finder.scheme)) due[user(block.finder.user.value())] += bonus;
            for (const Weight& weight : block.weights.of) {
                if (!own(weight.holder.scheme)) continue;
                due[user(weight.holder.user.value())] +=
                    (all - bonus) * static_cast<long double>(weight.weight) /
                    static_cast<long double>(block.weights.whole) *
                    (parts - terms.base_fee.value()) / parts;
            }
        }
        for (std::int64_t id = 1; id <= 14; ++id) {
            // Each portion rounds the user's part once, and bonus, buy-out and fee before it.
            const long double error = static_cast<long double>(got[user(id)]) - due[user(id)];
            REQUIRE(error > -2 * 2.01L);
            REQUIRE(error < 2 * 2.01L);
        }
    }
}

TEST_CASE("what base users get does not change when neighbours are bought out") {
    cases::Random random(7);
    for (int i = 0; i < cases::exact_cases; ++i) {
        BlockSplit block = any_block(random);
        Terms terms = cases::any_terms(random);
        terms.finder_bonus = Ppm(0);
        std::erase_if(block.weights.of, [](const Weight& w) { return w.holder.user < UserId(3); });
        BlockSplit alone = block;
        for (Weight& weight : alone.weights.of) weight.holder.scheme = Scheme::base;
        for (BlockSplit* each : {&block, &alone}) {
            each->weights.of.insert(each->weights.of.begin(), {holder(1), Uint128{1} << 60});
            each->weights.whole += Uint128{1} << 60;
            each->weights = fit(std::move(each->weights));
        }
        const auto with = credit_block(block, terms);
        const auto without = credit_block(alone, terms);
        std::int64_t got[2] = {};
        int place = 0;
        for (const auto* credits : {&with, &without}) {
            for (const Credit& credit : *credits) {
                if (credit.payee == user(1)) got[place] = credit.amount.value();
            }
            ++place;
        }
        REQUIRE(std::abs(got[0] - got[1]) <= 4);  // two portions, two roundings each
    }
}

TEST_CASE("bonus, fee and recipients of a block in round numbers") {
    // Bonus 1 % of 1,000 + 200; of 990 and 198 a third each; 2 % fee of the base users' parts.
    const BlockSplit block{{Satoshi(1000), Satoshi(200)},
                           holder(1),
                           {{{holder(1), 1}, {holder(2), 1}, {holder(3), 1}}, 3}};
    CHECK(credit_block(block, terms_of(20'000, 10'000)) ==
          std::vector<Credit>{{user(1), Satoshi(323 + 65 + 12)},
                              {user(2), Satoshi(324 + 65)},
                              {user(3), Satoshi(324 + 65)},
                              {fee(0), Satoshi(16)},
                              {fee(1), Satoshi(6)}});
}

TEST_CASE("the reserve takes the part of bought-out work, of PPS+ only the subsidy's") {
    const BlockSplit block{{Satoshi(1000), Satoshi(100)},
                           holder(9, Scheme::pps_plus),
                           {{{holder(1), 1},
                             {holder(2, Scheme::pps), 1},
                             {holder(3, Scheme::pps_plus), 1},
                             {holder(4, Scheme::fpps), 1}},
                            4}};
    // The finder's bonus of 10 % follows his scheme: 100 to the reserve, 10 to him.
    CHECK(credit_block(block, terms_of(0, 100'000)) ==
          std::vector<Credit>{{user(1), Satoshi(225 + 22)},
                              {user(3), Satoshi(23)},
                              {user(9), Satoshi(10)},
                              {reserve, Satoshi(100 + 675 + 45)}});
}

TEST_CASE("a user is paid for work of before and after his change of scheme") {
    const BlockSplit block{{Satoshi(1000), Satoshi(0)},
                           holder(1, Scheme::pps),
                           {{{holder(1), 3}, {holder(1, Scheme::pps), 1}}, 4}};
    CHECK(credit_block(block, terms_of(0, 0)) ==
          std::vector<Credit>{{user(1), Satoshi(750)}, {reserve, Satoshi(250)}});
}

TEST_CASE("a block that nobody worked for is the reserve's") {
    const BlockSplit block{{Satoshi(1000), Satoshi(7)}, holder(1, Scheme::pps), {}};
    CHECK(credit_block(block, terms_of(10'000, 0)) ==
          std::vector<Credit>{{reserve, Satoshi(1007)}});
    CHECK(credit_block({{}, holder(1), {}}, terms_of(0, 0)).empty());
}

TEST_CASE("weights are scaled down alike until they fit") {
    const Weights scaled =
        fit({{{holder(1), Uint128{3} << 90}, {holder(2), Uint128{1} << 90}, {holder(3), 1}},
             (Uint128{4} << 90) + 1});
    CHECK(scaled.of.size() == 2);
    CHECK(scaled.whole == scaled.of[0].weight + scaled.of[1].weight);
    CHECK(scaled.of[0].weight == 3 * scaled.of[1].weight);
    CHECK(scaled.whole >> weight_bits == 0);
    CHECK(scaled.whole >> (weight_bits - 1) == 1);
    // Where they are not all of it, the rest stays.
    const Weights part = fit({{{holder(1), Uint128{1} << 90}}, Uint128{1} << 100});
    CHECK(part.whole == part.of[0].weight << 10);
    const Weights small{{{holder(1), 5}}, 9};
    CHECK(fit(small).of == small.of);
    CHECK(fit(small).whole == 9);
}
