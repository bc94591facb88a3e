// e^-x against vectors made by exact fractions, and against its own laws.
#include "payout/scheme/exp_minus.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <string>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

constexpr Uint128 one = Uint128{1} << 64;

Uint128 from_hex(const std::string& text) {
    Uint128 value = 0;
    for (const char digit : text) {
        value = value * 16 + static_cast<Uint128>(std::stoi(std::string(1, digit), nullptr, 16));
    }
    return value;
}

}  // namespace

TEST_CASE("e^-x is the golden vectors' to the last of 64 fraction bits") {
    std::ifstream vectors("tests/vectors/payout/exp_minus.txt");
    std::string x;
    std::string result;
    int count = 0;
    while (vectors >> x >> result) {
        CAPTURE(x);
        CHECK(exp_minus(from_hex(x)) == from_hex(result));
        ++count;
    }
    CHECK(count == 280);
}

TEST_CASE("e^-x falls from one to zero and never rises") {
    CHECK(exp_minus(0) == one);
    CHECK(exp_minus(~Uint128{0}) == 0);
    cases::Random random(11);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Uint128 a = cases::any_number(random, 71);
        const Uint128 b = a + cases::any_number(random, 66);
        REQUIRE(exp_minus(b) <= exp_minus(a));
        REQUIRE(exp_minus(a) <= one);
    }
}

TEST_CASE("e^-a times e^-b is e^-(a+b), but for rounding") {
    cases::Random random(12);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Uint128 a = cases::any_number(random, 69);
        const Uint128 b = cases::any_number(random, 69);
        const Uint128 apart = mul_div(exp_minus(a), exp_minus(b), one);
        const Uint128 together = exp_minus(a + b);
        REQUIRE(together + 1 >= apart);
        REQUIRE(together <= apart + 3);
    }
}
