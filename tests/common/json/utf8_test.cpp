// Well-formed UTF-8 and what only looks like it.
#include "common/json/utf8.hpp"

#include <catch2/catch_test_macros.hpp>

using lode::json::valid_utf8;

TEST_CASE("characters of one to four bytes are valid wherever they stand") {
    CHECK(valid_utf8(""));
    CHECK(valid_utf8("plain text of more than eight bytes"));
    CHECK(
        valid_utf8("1234567\xc3\xa9"
                   "12345678"));
    CHECK(valid_utf8("\xe2\x82\xac\xed\x9f\xbf\xee\x80\x80"));
    CHECK(valid_utf8("\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf"));
}

TEST_CASE("overlong forms, surrogates, stray and cut bytes are invalid") {
    CHECK_FALSE(valid_utf8("\x80"));
    CHECK_FALSE(valid_utf8("\xc0\xaf"));
    CHECK_FALSE(valid_utf8("\xc1\xbf"));
    CHECK_FALSE(valid_utf8("\xe0\x9f\xbf"));
    CHECK_FALSE(valid_utf8("\xed\xa0\x80"));
    CHECK_FALSE(valid_utf8("\xf0\x8f\xbf\xbf"));
    CHECK_FALSE(valid_utf8("\xf4\x90\x80\x80"));
    CHECK_FALSE(valid_utf8("\xf5\x80\x80\x80"));
    CHECK_FALSE(valid_utf8("text of a worker\xe2\x82"));
    CHECK_FALSE(valid_utf8("12345678\xe9 12345678"));
}
