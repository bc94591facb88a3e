// Amounts within consensus limits, and the subsidy's halvings.
#include "common/bitcoin/amount.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode::bitcoin;

TEST_CASE("amounts lie between zero and 21 million coins") {
    CHECK(checked_amount(0));
    CHECK(checked_amount(2'100'000'000'000'000));
    CHECK_FALSE(checked_amount(-1));
    CHECK_FALSE(checked_amount(2'100'000'000'000'001));
}

TEST_CASE("sums and differences that leave the range are refused") {
    CHECK(add(Satoshi(1), Satoshi(2)).value() == Satoshi(3));
    CHECK_FALSE(add(money_max, Satoshi(1)));
    CHECK_FALSE(add(Satoshi(INT64_MAX), Satoshi(INT64_MAX)));
    CHECK(subtract(Satoshi(3), Satoshi(3)).value() == Satoshi(0));
    CHECK_FALSE(subtract(Satoshi(2), Satoshi(3)));
    CHECK_FALSE(subtract(Satoshi(2), Satoshi(INT64_MIN)));
}

TEST_CASE("coins in decimals are exact to the satoshi") {
    CHECK(satoshi_from_coins("0").value() == Satoshi(0));
    CHECK(satoshi_from_coins("50").value() == Satoshi(5'000'000'000));
    CHECK(satoshi_from_coins("0.1").value() == Satoshi(10'000'000));
    CHECK(satoshi_from_coins("0.29").value() == Satoshi(29'000'000));
    CHECK(satoshi_from_coins("12.34567891").value() == Satoshi(1'234'567'891));
    CHECK(satoshi_from_coins("20999999.99999999").value() == Satoshi(2'099'999'999'999'999));
    CHECK(satoshi_from_coins("21000000.00000000").value() == money_max);
}

TEST_CASE("what is no amount of coins is refused") {
    for (const auto* text :
         {"", ".", "1.", ".5", "-1", "-0.1", "+1", "1e3", "1.234567891", "0.0.1", "1,5", " 1", "1 ",
          "21000000.00000001", "99999999999999999999", "0x1", "1.-1", "nan"}) {
        CAPTURE(text);
        CHECK_FALSE(satoshi_from_coins(text));
    }
}

TEST_CASE("the subsidy halves at each interval and ends at zero") {
    CHECK(block_subsidy(0, halving_interval) == Satoshi(5'000'000'000));
    CHECK(block_subsidy(209'999, halving_interval) == Satoshi(5'000'000'000));
    CHECK(block_subsidy(210'000, halving_interval) == Satoshi(2'500'000'000));
    CHECK(block_subsidy(840'000, halving_interval) == Satoshi(312'500'000));
    CHECK(block_subsidy(32 * halving_interval, halving_interval) == Satoshi(1));
    CHECK(block_subsidy(33 * halving_interval, halving_interval) == Satoshi(0));
    CHECK(block_subsidy(0xffffffff, halving_interval) == Satoshi(0));
    CHECK(block_subsidy(0xffffffff, 1) == Satoshi(0));
    CHECK(block_subsidy(149, regtest_halving_interval) == Satoshi(5'000'000'000));
    CHECK(block_subsidy(150, regtest_halving_interval) == Satoshi(2'500'000'000));
}
