// Amounts, times and rows as text.
#include "lode/payout_text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>

using namespace lode;
using namespace lode::launcher;

TEST_CASE("amounts are exact, whatever their size and sign") {
    CHECK(coins(0) == "0.00000000");
    CHECK(coins(1) == "0.00000001");
    CHECK(coins(-1) == "-0.00000001");
    CHECK(coins(312'500'000) == "3.12500000");
    CHECK(coins(-2'100'000'000'000'000) == "-21000000.00000000");
    CHECK(coins(std::numeric_limits<std::int64_t>::min()) == "-92233720368.54775808");
}

TEST_CASE("times are told to the minute, in UTC") {
    CHECK(utc_minute(from_unix_ms(1'795'262'459'999)) == "2026-11-21 12:00 UTC");
    CHECK(utc_minute(from_unix_ms(1'795'219'140'000)) == "2026-11-20 23:59 UTC");
}

TEST_CASE("text in CSV is quoted where it must be") {
    const payout::BookRow row{std::int64_t{-5}, std::string("plain"), std::string("a,b"),
                              std::string("say \"x\"\n"), std::string()};
    CHECK(csv_line(row) == "-5,plain,\"a,b\",\"say \"\"x\"\"\n\",");
    CHECK(csv_line(std::vector<std::string_view>{"a", "b"}) == "a,b");
}

TEST_CASE("a row in JSON names its cells") {
    CHECK(json_line({"amount", "note"}, {std::int64_t{7}, std::string("a \"b\"")}) ==
          R"({"amount":7,"note":"a \"b\""})");
}
