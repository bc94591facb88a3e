// The lease's row in a real database: of two who change it one wins.
#include "payout/lease_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::payout;
using Outcome = LeaseRepository::Outcome;

TEST_CASE("the lease is read as it was written, chain by chain", "[database]") {
    test::Database database;
    auto connection = database.migrated();
    LeaseRepository repository(connection, "btc");
    CHECK(repository.read().value() == std::nullopt);
    const LeaseRow row{"payout-1a2b3c4d", 1, 1'795'262'400'000, 0};
    CHECK(repository.change({{}, row}).value() == Outcome::made);
    CHECK(repository.read().value() == row);
    CHECK(LeaseRepository(connection, "ltc").read().value() == std::nullopt);
}

TEST_CASE("of two who take or renew the same lease one does", "[database]") {
    test::Database database;
    auto connection = database.migrated();
    auto another = database.open();
    LeaseRepository one(connection, "btc");
    LeaseRepository other(another, "btc");
    const LeaseRow first{"payout-1", 1, 1'000, 0};
    CHECK(one.change({{}, first}).value() == Outcome::made);
    CHECK(other.change({{}, {"payout-2", 1, 1'000, 0}}).value() == Outcome::lost_race);
    const LeaseRow renewed{"payout-1", 1, 2'000, 0};
    CHECK(one.change({first, renewed}).value() == Outcome::made);
    CHECK(other.change({first, {"payout-2", 2, 3'000, 0}}).value() == Outcome::lost_race);
    CHECK(other.change({renewed, {"payout-2", 2, 3'000, 0}}).value() == Outcome::made);
    CHECK(one.read().value()->holder == "payout-2");
}
