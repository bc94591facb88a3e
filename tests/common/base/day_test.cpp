// Names of days.
#include "common/base/day.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("a day is its midnight, and one that is not in the calendar is refused") {
    CHECK(day_start("2026-11-21").value() == from_unix_ms(1'795'219'200'000));
    CHECK(day_start("1970-01-01").value() == UnixTime{});
    for (const char* const wrong :
         {"2026-02-30", "2026-13-01", "2026-00-10", "26-11-21", "", "2026-11-2x", "-026-11-21x"}) {
        CHECK(day_start(wrong).error().code == ErrorCode::malformed);
    }
}
