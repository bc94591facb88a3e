// Numbers of every length.
#include "common/base/magnitude.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("three digits are left and thousands are counted") {
    const auto text = [](std::string_view number) {
        const auto [digits, thousands] = magnitude_of(number, 3);
        return digits + " " + std::to_string(thousands);
    };
    CHECK(text("0") == "0 0");
    CHECK(text("999") == "999 0");
    CHECK(text("1000") == "1.00 1");
    CHECK(text("12345") == "12.3 1");
    CHECK(text("123456") == "123 1");
    CHECK(text("1999999") == "1.99 2");
    CHECK(text("9000000000") == "9.00 3");
    CHECK(text("9000000000000") == "9000 3");
}
