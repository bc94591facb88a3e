// Bodies of requests, right and wrong.
#include "statshttpd/body.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;

TEST_CASE("a body is an object with known members") {
    const auto body =
        parse_body(R"({"user":"alice","limit":5,"none":null})", {"user", "limit", "none", "other"})
            .value();
    CHECK(text_of(body.root(), "user", 5).value() == "alice");
    CHECK(optional_whole_of(body.root(), "limit", {1, 5}).value() == 5);
    CHECK_FALSE(optional_text_of(body.root(), "none", 5).value());
    CHECK_FALSE(optional_whole_of(body.root(), "other", {1, 5}).value());
    CHECK(parse_body("", {}));
}

TEST_CASE("what is wrong with a body is named") {
    for (const std::string_view wrong :
         {"[]", "1", "{", R"({"x":1})", R"({"user":{"a":[[[]]]}})"}) {
        CHECK(parse_body(wrong, {"user"}).error().code == ErrorCode::malformed);
    }
    CHECK(parse_body(R"({"x":1})", {"user", "code"}).error().context ==
          "unknown member, allowed here: user, code");
    const auto body = parse_body(R"({"user":"alice","limit":6})", {"user", "limit"}).value();
    CHECK(text_of(body.root(), "user", 4).error().context ==
          "user must be a string of 1 to 4 bytes");
    CHECK_FALSE(text_of(body.root(), "limit", 4));
    CHECK_FALSE(text_of(body.root(), "missing", 4));
    CHECK(optional_whole_of(body.root(), "limit", {1, 5}).error().context ==
          "limit must be a whole number from 1 to 5");
    CHECK_FALSE(optional_whole_of(body.root(), "user", {1, 5}));
}
