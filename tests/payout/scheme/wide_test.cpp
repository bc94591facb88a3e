// Products and quotients by their own laws; seeded.
#include "payout/scheme/wide.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

TEST_CASE("a product divided is the largest number that fits") {
    cases::Random random(1);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Uint128 c = cases::any_number(random, 128) | 1;
        const Uint128 b = cases::any_number(random, 128) % c;  // keeps the quotient below a
        const Uint128 a = cases::any_number(random, 128);
        const Uint128 quotient = mul_div(a, b, c);
        // a * b - quotient * c modulo 2^128 is the remainder, exactly.
        REQUIRE(a * b - quotient * c < c);
        REQUIRE(quotient <= a);
        REQUIRE(mul_div(b, a, c) == quotient);
        REQUIRE(mul_div(a, c, c) == a);
    }
}

TEST_CASE("a product has the sum of the lengths, and its parts") {
    cases::Random random(10);
    for (int i = 0; i < 2000; ++i) {
        const Uint128 a = cases::any_number(random, 128);
        const Uint128 b = cases::any_number(random, 128);
        REQUIRE(product(a, b) == product(b, a));
        REQUIRE(divide(product(a, b | 1), wide(b | 1)).quotient == wide(a));
        REQUIRE(narrow(wide(a)) == a);
    }
}
