// Coins chosen for what is needed, and what spending them weighs.
#include "payout/payment/coin_selection.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr SelectionRules cheap{.rate = FeeRate(1'000)};

Need need(std::int64_t amount, FeePayer payer = FeePayer::pool) {
    return {.amount = Satoshi(amount),
            .fee_payer = payer,
            .weight = output_weight(script_of(0)),
            .change_script = script_of(0)};
}

}  // namespace

TEST_CASE("inputs weigh what a wallet's signatures do") {
    CHECK(input_weight(script_of(0)) == 272);
    CHECK(input_weight(script_of(1)) == 592);
    CHECK(input_weight(script_of(2)) == 231);
    CHECK(input_weight(script_of(3)) >= 364);
    CHECK(output_weight(script_of(0)) == 4 * 31);
    CHECK(output_weight(script_of(1)) == 4 * 34);
}

TEST_CASE("a fee is rounded up") {
    CHECK(fee_of(FeeRate(1'000), 4'000) == Satoshi(1'000));
    CHECK(fee_of(FeeRate(1'000), 4'001) == Satoshi(1'001));
    CHECK(fee_of(FeeRate(1), 1) == Satoshi(1));
    CHECK(fee_of(FeeRate(0), 400'000) == Satoshi(0));
}

TEST_CASE("the largest coins are taken, and what is over comes back") {
    const auto chosen =
        select_coins({coin(1, 5'000), coin(2, 90'000), coin(3, 40'000)}, need(100'000), cheap);
    REQUIRE(chosen);
    REQUIRE(chosen->coins.size() == 2);
    CHECK(chosen->coins[0].amount == Satoshi(90'000));
    CHECK(chosen->coins[1].amount == Satoshi(40'000));
    CHECK(chosen->fee == fee_of(cheap.rate, chosen->weight));
    CHECK(130'000 == 100'000 + chosen->fee.value() + chosen->change.value());
    CHECK(chosen->extra == Satoshi(0));
}

TEST_CASE("change that would be dust goes to the miner") {
    const auto chosen = select_coins({coin(1, 100'300)}, need(100'000), cheap);
    REQUIRE(chosen);
    CHECK(chosen->change == Satoshi(0));
    CHECK(chosen->fee.value() + chosen->extra.value() == 300);
    CHECK(chosen->extra > Satoshi(0));
}

TEST_CASE("recipients who pay need no more than the amount") {
    CHECK_FALSE(select_coins({coin(1, 100'000)}, need(100'000), cheap));
    const auto chosen =
        select_coins({coin(1, 100'000)}, need(100'000, FeePayer::recipients), cheap);
    REQUIRE(chosen);
    CHECK(chosen->change == Satoshi(0));
    CHECK(chosen->extra == Satoshi(0));
    CHECK(chosen->fee == fee_of(cheap.rate, chosen->weight));
}

TEST_CASE("of coins without a confirmation one is taken") {
    const std::vector<Coin> coins{coin(1, 90'000, 0), coin(2, 80'000, 0), coin(3, 20'000)};
    const auto chosen = select_coins(coins, need(100'000), cheap);
    REQUIRE(chosen);
    REQUIRE(chosen->coins.size() == 2);
    CHECK(chosen->coins[1].amount == Satoshi(20'000));
    CHECK_FALSE(select_coins(coins, need(150'000), cheap));
}

TEST_CASE("more coins than allowed or too much weight is no selection") {
    const std::vector<Coin> coins{coin(1, 50'000), coin(2, 50'000), coin(3, 50'000)};
    auto rules = cheap;
    CHECK(select_coins(coins, need(120'000), rules));
    rules.inputs_max = 2;
    CHECK_FALSE(select_coins(coins, need(120'000), rules));
    rules = cheap;
    rules.weight_max = 900;
    CHECK_FALSE(select_coins(coins, need(120'000), rules));
    CHECK(select_coins(coins, need(90'000 - 50'000), rules));
}

TEST_CASE("where coins are many small ones are spent too, if they are worth it and the pool pays") {
    std::vector<Coin> coins{coin(1, 1'000'000)};
    for (std::uint64_t i = 2; i < 40; ++i) coins.push_back(coin(i, 10'000));
    coins.push_back(coin(40, 100));        // less than it costs
    coins.push_back(coin(41, 10'000, 0));  // not confirmed
    auto rules = cheap;
    CHECK(select_coins(coins, need(100'000), rules)->coins.size() == 1);
    rules.consolidate_above = 30;
    const auto chosen = select_coins(coins, need(100'000), rules);
    REQUIRE(chosen);
    CHECK(chosen->coins.size() == 21);
    for (const Coin& each : chosen->coins) {
        CHECK((each.amount >= Satoshi(10'000) && each.confirmations > 0));
    }
    const auto recipients = select_coins(coins, need(100'000, FeePayer::recipients), rules);
    CHECK(recipients->coins.size() == 1);
}

TEST_CASE("the same coins in another order are the same selection") {
    const auto one = select_coins({coin(1, 50'000), coin(2, 50'000)}, need(10'000), cheap);
    const auto two = select_coins({coin(2, 50'000), coin(1, 50'000)}, need(10'000), cheap);
    CHECK(one->coins[0].at == two->coins[0].at);
}
