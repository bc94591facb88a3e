// Byte order of the fixed-width integers.
#include "common/base/bytes.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("integers are stored and loaded in the stated byte order") {
    Bytes bytes;
    append_le<std::uint32_t>(bytes, 0x01020304);
    append_be<std::uint16_t>(bytes, 0x0506);
    CHECK(bytes == Bytes{4, 3, 2, 1, 5, 6});
    CHECK(load_le<std::uint32_t>(bytes.data()) == 0x01020304);
    CHECK(load_be<std::uint16_t>(bytes.data() + 4) == 0x0506);
    CHECK(load_be<std::uint8_t>(bytes.data()) == 4);
    CHECK(load_be<std::uint64_t>(Bytes{1, 2, 3, 4, 5, 6, 7, 8}.data()) == 0x0102030405060708);
}
