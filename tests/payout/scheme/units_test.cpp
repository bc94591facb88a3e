// Exact products and quotients, and work in units across a retarget.
#include "payout/scheme/units.hpp"

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

TEST_CASE("work as a number and back") {
    cases::Random random(2);
    for (int i = 0; i < 1000; ++i) {
        const Uint128 value = cases::any_number(random, 128);
        REQUIRE(number(work_of(value)) == value);
    }
}

TEST_CASE("the work of a block is one unit, and a share as much as it has of it") {
    const auto network = network_work(0x1d00ffff).value();  // difficulty 1
    CHECK(network == bitcoin::Work(0, 4'295'032'833));
    CHECK(units_of(network, network) == Units::whole(1));
    CHECK(units_of(bitcoin::Work(0, 1), bitcoin::Work(0, 4)).raw() == Uint128{1} << 62);
    CHECK(units_of(bitcoin::Work(0, 1), bitcoin::Work(0, 3)).raw() == (Uint128{1} << 64) / 3);
    CHECK(units_of(bitcoin::Work(), network) == Units());
}

TEST_CASE("bits that are no target have no work") {
    NetworkTable table;
    CHECK(network_work(0).error().code == ErrorCode::malformed);
    CHECK(table.of(0x01fedcba).error().code == ErrorCode::malformed);
    CHECK(table.of(0x1d00ffff).value() == network_work(0x1d00ffff).value());
    CHECK(table.of(0x17034219).value() == network_work(0x17034219).value());
    CHECK(table.of(0x1d00ffff).value() == network_work(0x1d00ffff).value());
}
