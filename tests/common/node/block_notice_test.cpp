// Frames of a node's hashblock messages.
#include "common/node/block_notice.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::node;

namespace {

Result<BlockNotice> read(NoticeReader& reader, std::uint32_t sequence) {
    Bytes hash(32, 0);
    hash[31] = 0x7f;
    std::array<std::uint8_t, 4> count{};
    store_le(count.data(), sequence);
    const std::array<ByteView, 3> frames{as_bytes("hashblock"), hash, count};
    return reader.read(frames);
}

}  // namespace

TEST_CASE("a notice's hash comes in display order and leaves in internal order") {
    NoticeReader reader;
    const auto notice = read(reader, 7);
    REQUIRE(notice);
    CHECK(notice.value().hash.bytes[0] == 0x7f);
    CHECK(notice.value().hash.bytes[31] == 0);
    CHECK(notice.value().sequence == 7);
}

TEST_CASE("notices in order miss nothing, also where the count wraps") {
    NoticeReader reader;
    for (const std::uint32_t sequence : {0xfffffffeU, 0xffffffffU, 0U, 1U}) {
        CHECK(read(reader, sequence).value().missed == 0);
    }
}

TEST_CASE("a gap tells how many notices were lost") {
    NoticeReader reader;
    REQUIRE(read(reader, 10));
    CHECK(read(reader, 14).value().missed == 3);
    CHECK(read(reader, 15).value().missed == 0);
}

TEST_CASE("a node that restarted begins its count anew and has lost nothing") {
    NoticeReader reader;
    REQUIRE(read(reader, 1000));
    CHECK(read(reader, 0).value().missed == 0);
    CHECK(read(reader, 1).value().missed == 0);
}

TEST_CASE("other frames are malformed") {
    NoticeReader reader;
    const Bytes hash(32, 1);
    const Bytes short_hash(31, 1);
    const Bytes count(4, 0);
    using Frames = std::vector<ByteView>;
    for (const Frames& frames :
         {Frames{}, Frames{as_bytes("hashblock"), hash}, Frames{as_bytes("rawblock"), hash, count},
          Frames{as_bytes("hashblock"), short_hash, count},
          Frames{as_bytes("hashblock"), hash, short_hash},
          Frames{as_bytes("hashblock"), hash, count, count}}) {
        const auto notice = reader.read(frames);
        REQUIRE(notice.has_error());
        CHECK(notice.error().code == ErrorCode::malformed);
    }
}
