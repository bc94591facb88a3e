// Session ids as miners keep them.
#include "sserver/session_id.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "sserver/lane.hpp"

using namespace lode::sserver;

TEST_CASE("a session id is 24 hexadecimal digits, and read back in either case") {
    const SessionId id{0x0123456789abcdef, {.loop = 0xfed, .slot = 0xcba98}};
    CHECK(session_id_text(id) == "0123456789abcdeffedcba98");
    CHECK(parse_session_id("0123456789abcdeffedcba98") == id);
    CHECK(parse_session_id("0123456789ABCDEFFEDCBA98") == id);
}

TEST_CASE("session keys are all different, in both halves") {
    std::set<std::uint64_t> high;
    std::set<std::uint64_t> low;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t key = random_bits();
        high.insert(key >> 32);
        low.insert(key & 0xffffffff);
    }
    CHECK(high.size() >= 990);
    CHECK(low.size() >= 990);
}

TEST_CASE("what is no session id of ours is none") {
    for (const char* text : {"", "00500000", "0123456789abcdeffedcba9", "0123456789abcdeffedcba988",
                             "0123456789abcdeffedcba9x", "ae6812eb4cd7735a302a8a9dd95cf71f"}) {
        CHECK_FALSE(parse_session_id(text));
    }
}
