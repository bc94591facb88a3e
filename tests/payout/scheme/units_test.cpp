// Work in units, exactly, and bits that are no target.
#include "payout/scheme/units.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

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
