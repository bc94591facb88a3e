// Days in UTC.
#include "common/base/clock.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("a day begins at midnight UTC and sorts by its name") {
    CHECK(utc_day(from_unix_ms(0)) == "1970-01-01");
    CHECK(utc_day(from_unix_ms(1'709'164'799'999)) == "2024-02-28");
    CHECK(utc_day(from_unix_ms(1'709'164'800'000)) == "2024-02-29");
    CHECK(to_unix_seconds(from_unix_ms(-1)) == -1);
}
