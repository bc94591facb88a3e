// Exponents, targets and their credit.
#include "sserver/difficulty.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;

TEST_CASE("difficulty 1 has the target and work of Bitcoin's first block") {
    CHECK(share_target(0).target == bitcoin::target_from_bits(0x1d00ffff).value());
    CHECK(share_target(0).work.to_decimal() == "4295032833");
}

TEST_CASE("every exponent is found again from its target") {
    for (int exponent = exponent_min; exponent <= exponent_max; ++exponent) {
        const auto target = share_target(exponent).target;
        CHECK(exponent_not_above(target) == exponent);
        CHECK(exponent_not_below(target) == exponent);
    }
}

TEST_CASE("a target between two powers is rounded to the wished side") {
    // A little harder than 2^10, a little easier than 2^10.
    const auto harder = share_target(10).target - bitcoin::Uint256(1);
    const auto easier = share_target(10).target + bitcoin::Uint256(1);
    CHECK(exponent_not_above(harder) == 10);
    CHECK(exponent_not_below(harder) == 11);
    CHECK(exponent_not_above(easier) == 9);
    CHECK(exponent_not_below(easier) == 10);
}

TEST_CASE("targets beyond the table get its ends") {
    CHECK(exponent_not_above(bitcoin::Uint256::max()) == exponent_min);
    CHECK(exponent_not_below(bitcoin::Uint256::max()) == exponent_min);
    CHECK(exponent_not_above(bitcoin::Uint256(1)) == exponent_max);
    CHECK(exponent_not_below(bitcoin::Uint256(1)) == exponent_max);
}

TEST_CASE("operators write powers of two in two ways") {
    CHECK(parse_exponent("1").value() == 0);
    CHECK(parse_exponent("8192").value() == 13);
    CHECK(parse_exponent("0.5").value() == -1);
    CHECK(parse_exponent("0.0009765625").value() == -10);
    CHECK(parse_exponent("2^-32").value() == -32);
    CHECK(parse_exponent("2^63").value() == 63);
}

TEST_CASE("what is no power of two within the range is refused") {
    for (const char* text :
         {"", "0", "3", "1000", "0.3", "2^64", "2^-33", "2^", "2^1x", "-1", "x"}) {
        INFO(text);
        CHECK_FALSE(parse_exponent(text));
    }
}
