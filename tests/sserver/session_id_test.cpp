// Session ids as miners keep them.
#include "sserver/session_id.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode::sserver;

TEST_CASE("a session id is 24 hexadecimal digits, and read back in either case") {
    const SessionId id{0x0123456789abcdef, {.loop = 0xfed, .slot = 0xcba98}};
    CHECK(session_id_text(id) == "0123456789abcdeffedcba98");
    CHECK(parse_session_id("0123456789abcdeffedcba98") == id);
    CHECK(parse_session_id("0123456789ABCDEFFEDCBA98") == id);
}

TEST_CASE("what is no session id of ours is none") {
    for (const char* text : {"", "00500000", "0123456789abcdeffedcba9", "0123456789abcdeffedcba988",
                             "0123456789abcdeffedcba9x", "ae6812eb4cd7735a302a8a9dd95cf71f"}) {
        CHECK_FALSE(parse_session_id(text));
    }
}
