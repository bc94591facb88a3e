// Targets, escapes and error bodies.
#include "common/http/message.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode::http;

TEST_CASE("a target gives its path and its decoded query") {
    const auto target = parse_target("/api/v1/workers?name=bc1q%2Erig+1&limit=20&all");
    REQUIRE(target);
    CHECK(target->path == "/api/v1/workers");
    CHECK(target->query.at("name") == "bc1q.rig 1");
    CHECK(target->query.at("limit") == "20");
    CHECK(target->query.at("all").empty());
    CHECK(target->query.size() == 3);
}

TEST_CASE("a plus in a path is a plus") {
    CHECK(parse_target("/a+b%20c")->path == "/a+b c");
}

TEST_CASE("of a query name given twice the last counts") {
    CHECK(parse_target("/?a=1&a=2")->query.at("a") == "2");
}

TEST_CASE("a broken escape makes no target") {
    CHECK_FALSE(parse_target("/%"));
    CHECK_FALSE(parse_target("/%4"));
    CHECK_FALSE(parse_target("/%zz"));
    CHECK_FALSE(parse_target("/?a=%f"));
}

TEST_CASE("what nobody would write by hand makes no target") {
    CHECK_FALSE(parse_target("/a%00b"));
    CHECK_FALSE(parse_target("/a%0d%0aSet-Cookie:x"));
    CHECK_FALSE(parse_target("/a%7f"));
    CHECK_FALSE(parse_target("/%c0%ae%c0%ae/passwd"));  // an overlong ".."
    CHECK_FALSE(parse_target("/%ff"));
    CHECK_FALSE(parse_target("/?a=%00"));
    CHECK_FALSE(parse_target("/?%0a=1"));
    CHECK(parse_target("/w%C3%B6rker?a=%E2%82%BF")->query.at("a") == "\u20bf");
}

TEST_CASE("percent encoding is undone by parsing") {
    const std::string name = "wörker &=?/#%+ 1";
    const auto target = parse_target("/x?name=" + percent_encode(name));
    REQUIRE(target);
    CHECK(target->query.at("name") == name);
}

TEST_CASE("an error's body is valid JSON whatever its text") {
    CHECK(error_response(404, "no \"such\"\n").body == R"({"error":"no \"such\"\n"})");
    CHECK(error_response(404, "x").status == 404);
}
