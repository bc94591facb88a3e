// Header bytes, the genesis hash, version rolling.
#include "common/bitcoin/header.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

constexpr std::string_view genesis_hex =
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c"
    "3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";

TEST_CASE("the genesis header parses, hashes and serialises") {
    const Bytes bytes = from_hex(genesis_hex).value();
    const auto header = parse_header(bytes);
    REQUIRE(header);
    CHECK(header.value().version == 1);
    CHECK(header.value().time == 1231006505);
    CHECK(header.value().bits == 0x1d00ffff);
    CHECK(header.value().nonce == 2083236893);
    CHECK(to_display_hex(header.value().merkle_root) ==
          "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
    CHECK(to_display_hex(header.value().hash()) ==
          "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
    CHECK(to_hex(header.value().serialise()) == genesis_hex);
}

TEST_CASE("a header is exactly 80 bytes") {
    CHECK_FALSE(parse_header(Bytes(79)));
    CHECK_FALSE(parse_header(Bytes(81)));
}

TEST_CASE("rolled bits count inside the mask only") {
    CHECK(rolled_version(0x20000000, 0x1fffe000, 0x00002000) == 0x20002000);
    CHECK(rolled_version(0x20006000, 0x1fffe000, 0x00002000) == 0x20002000);
    CHECK(rolled_version(0x20000001, 0x1fffe000, 0xffffffff) == 0x3fffe001);
    CHECK(rolled_version(0x20000001, 0, 0xffffffff) == 0x20000001);
}
