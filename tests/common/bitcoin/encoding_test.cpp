// CompactSize and the reader's bounds.
#include "common/bitcoin/encoding.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"

using namespace lode;
using namespace lode::bitcoin;

TEST_CASE("a CompactSize takes 1, 3, 5 or 9 bytes and comes back") {
    struct Case {
        std::uint64_t value;
        std::string_view hex;
    };
    for (const Case& each :
         {Case{0, "00"}, Case{252, "fc"}, Case{253, "fdfd00"}, Case{0xffff, "fdffff"},
          Case{0x10000, "fe00000100"}, Case{0xffffffff, "feffffffff"},
          Case{0x100000000, "ff0000000001000000"}, Case{~0ULL, "ffffffffffffffffff"}}) {
        Bytes bytes;
        append_compact_size(bytes, each.value);
        CHECK(to_hex(bytes) == each.hex);
        CHECK(compact_size_length(each.value) == bytes.size());
        Reader reader(bytes);
        CHECK(reader.compact_size().value() == each.value);
        CHECK(reader.remaining() == 0);
    }
}

TEST_CASE("a CompactSize longer than needed or cut short is refused") {
    for (const std::string_view hex : {"fdfc00", "fd0000", "feffff0000", "ffffffffff00000000", "",
                                       "fd", "fdfd", "fe000001", "ff00000000010000"}) {
        const Bytes bytes = from_hex(hex).value();
        CHECK_FALSE(Reader(bytes).compact_size());
    }
}

TEST_CASE("a count is refused when its items cannot lie in what remains") {
    const Bytes three_of_two = from_hex("03aaaabbbbcc").value();
    CHECK_FALSE(Reader(three_of_two).count(2));
    CHECK(Reader(three_of_two).count(1).value() == 3);
    const Bytes huge = from_hex("ffffffffffffffffff00").value();
    CHECK_FALSE(Reader(huge).count(1));
    CHECK_FALSE(Reader(huge).sized_bytes());
}

TEST_CASE("the reader gives integers in order and stops at the end") {
    const Bytes bytes = from_hex("0102030405").value();
    Reader reader(bytes);
    CHECK(reader.read_le<std::uint32_t>().value() == 0x04030201);
    CHECK_FALSE(reader.read_le<std::uint16_t>());
    CHECK(reader.read_le<std::uint8_t>().value() == 5);
    CHECK(reader.take(0));
    CHECK_FALSE(reader.take(1));
}
