// Hexadecimal text at its edges.
#include "common/base/hex.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("hex of either case decodes and encodes lower case") {
    const auto bytes = from_hex("00fFA5");
    REQUIRE(bytes);
    CHECK(bytes.value() == Bytes{0, 0xff, 0xa5});
    CHECK(to_hex(bytes.value()) == "00ffa5");
}

TEST_CASE("odd length and foreign characters are refused") {
    CHECK_FALSE(from_hex("abc"));
    CHECK_FALSE(from_hex("0g"));
    CHECK_FALSE(from_hex("g0"));
    CHECK_FALSE(from_hex(std::string_view("0\0", 2)));
    CHECK_FALSE(
        from_hex("\xff"
                 "0"));
    CHECK(from_hex("").value().empty());
}

TEST_CASE("decoding into a place needs exactly its size") {
    std::array<std::uint8_t, 2> out{};
    CHECK(decode_hex("beef", out));
    CHECK_FALSE(decode_hex("beef00", out));
    CHECK_FALSE(decode_hex("be", out));
}
