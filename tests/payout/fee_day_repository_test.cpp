// Days are frozen one after another from the first that somebody is paid by fees of.
#include "payout/fee_day_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "payout/lease_repository.hpp"
#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

constexpr auto day = from_unix_ms(1'795'219'200'000);  // 2026-11-21
const Fence fence{"btc", "payout-1", 1};

struct Office {
    test::Database database;
    db::Connection connection = database.migrated();
    FeeDayRepository repository{connection, "btc"};
    FeeDay fees{bitcoin::Satoshi(30), bitcoin::Satoshi(5'000), 10};

    Office() {
        REQUIRE(LeaseRepository(connection, "btc").change({{}, {"payout-1", 1, 1, 0}}));
        REQUIRE(connection.execute("INSERT INTO user (name, created_unix_ms) VALUES ('a', 1)"));
    }
    void choose(const char* scheme, UnixTime since) {
        REQUIRE(connection.execute(
            "INSERT INTO user_scheme (chain, user_id, effective_unix_ms, scheme, "
            "requested_unix_ms) SELECT 'btc', id, ?, ?, 1 FROM user",
            {to_unix_ms(since), std::string(scheme)}));
    }
};

}  // namespace

TEST_CASE("no day is wanted while nobody is paid by FPPS", "[database]") {
    Office office;
    CHECK_FALSE(office.repository.next(day + 1000h).value());
    office.choose("pps", day);
    CHECK_FALSE(office.repository.next(day + 1000h).value());
}

TEST_CASE("days are wanted in order, each when it is over", "[database]") {
    Office office;
    office.choose("fpps", day);
    CHECK_FALSE(office.repository.next(day + 24h - 1ms).value());
    CHECK(office.repository.next(day + 24h).value() == day);
    CHECK(office.repository.freeze(day, office.fees, fence, day + 25h));
    CHECK_FALSE(office.repository.next(day + 25h).value());
    CHECK(office.repository.next(day + 240h).value() == day + 24h);
}

TEST_CASE("a frozen day stays as it is, and only the lease's holder freezes", "[database]") {
    Office office;
    CHECK(office.repository.freeze(day, office.fees, {"btc", "payout-1", 7}, day).error().code ==
          ErrorCode::conflict);
    CHECK(office.repository.freeze(day, office.fees, fence, day));
    office.fees.fees = bitcoin::Satoshi(99);
    CHECK(office.repository.freeze(day, office.fees, fence, day));
    const auto row = office.connection.query("SELECT fees, subsidies, blocks FROM fee_day").value();
    REQUIRE(row.size() == 1);
    CHECK(row[0].integer(0) == 30);
    CHECK(row[0].integer(1) == 5'000);
    CHECK(row[0].integer(2) == 10);
}
