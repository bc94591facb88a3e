// The table of leases in a real database: what is read is what was written, and of two who change
// the same row one wins.
#include "sserver/lease_repository.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/lease_table.hpp"
#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;
using namespace std::chrono_literals;
using Outcome = LeaseRepository::Outcome;

namespace {

LeaseRow row_of(std::uint16_t id, const std::string& holder, std::uint32_t epoch, Duration when) {
    return {.id = id, .holder = holder, .epoch = epoch, .renewed = at(when).unix};
}

}  // namespace

TEST_CASE("a lease is read as it was written", "[database]") {
    Database database;
    LeaseRepository repository(database.migrated());
    CHECK(repository.rows().value().empty());
    const LeaseRow first = row_of(1, "sserver-1a2b3c4d", 1, 0s);
    const LeaseRow last = row_of(4095, "sserver-ffffffff", 7, 5s);
    CHECK(repository.change({.from = {}, .to = first}).value() == Outcome::made);
    CHECK(repository.change({.from = {}, .to = last}).value() == Outcome::made);
    const auto rows = repository.rows().value();
    REQUIRE(rows.size() == 2);
    CHECK(std::ranges::count(rows, first) == 1);
    CHECK(std::ranges::count(rows, last) == 1);
}

TEST_CASE("of two who take the same free id one has it", "[database]") {
    Database database;
    LeaseRepository one(database.migrated());
    LeaseRepository other(database.open());
    const LeaseRow had = row_of(1, "sserver-1a2b3c4d", 1, 0s);
    CHECK(one.change({.from = {}, .to = had}).value() == Outcome::made);
    CHECK(other.change({.from = {}, .to = row_of(1, "sserver-ffffffff", 1, 0s)}).value() ==
          Outcome::lost_race);
    CHECK(other.rows().value() == std::vector{had});
}

TEST_CASE("a row that changed since it was read is not changed", "[database]") {
    Database database;
    LeaseRepository one(database.migrated());
    LeaseRepository other(database.open());
    const LeaseRow read = row_of(1, "sserver-1a2b3c4d", 1, 0s);
    REQUIRE(one.change({.from = {}, .to = read}).value() == Outcome::made);
    const LeaseRow renewed = row_of(1, "sserver-1a2b3c4d", 1, 10s);
    CHECK(one.change({.from = read, .to = renewed}).value() == Outcome::made);
    CHECK(other.change({.from = read, .to = row_of(1, "sserver-ffffffff", 2, 20s)}).value() ==
          Outcome::lost_race);
    CHECK(one.rows().value() == std::vector{renewed});
}
