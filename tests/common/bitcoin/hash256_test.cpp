// Display order and internal order.
#include "common/bitcoin/hash256.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unordered_set>

using namespace lode;
using namespace lode::bitcoin;

constexpr std::string_view genesis =
    "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

TEST_CASE("display hex is the internal bytes reversed, and comes back") {
    const auto hash = from_display_hex(genesis);
    REQUIRE(hash);
    CHECK(hash.value().bytes[0] == 0x6f);
    CHECK(hash.value().bytes[31] == 0x00);
    CHECK(to_display_hex(hash.value()) == genesis);
}

TEST_CASE("a display hash of the wrong length or with other characters is refused") {
    CHECK_FALSE(from_display_hex(""));
    CHECK_FALSE(from_display_hex(genesis.substr(2)));
    CHECK_FALSE(from_display_hex(std::string(genesis) + "00"));
    CHECK_FALSE(from_display_hex("g" + std::string(genesis.substr(1))));
}

TEST_CASE("a hash is made of exactly 32 bytes, kept in their order") {
    Bytes bytes(32, 0);
    bytes[0] = 7;
    REQUIRE(hash256_from_bytes(bytes));
    CHECK(hash256_from_bytes(bytes).value().bytes[0] == 7);
    bytes.push_back(0);
    CHECK_FALSE(hash256_from_bytes(bytes));
    CHECK_FALSE(hash256_from_bytes({}));
}

TEST_CASE("hashes are keys of ordered and unordered containers") {
    const Hash256 a = from_display_hex(genesis).value();
    const std::unordered_set<Hash256> seen{a, Hash256{}};
    CHECK(seen.size() == 2);
    CHECK(seen.contains(a));
    CHECK(Hash256{} < a);
}
