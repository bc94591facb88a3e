// What is added to answers, without a server.
#include "common/http/policy.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace lode::http;
using namespace std::chrono_literals;

namespace {

// The field's value; empty when the answer has none.
std::string field(const Response& response, std::string_view name) {
    const auto found = std::ranges::find(response.fields, name, &Field::first);
    return found == response.fields.end() ? std::string() : found->second;
}

Response cached(std::string body) {
    return {.body = std::move(body), .caching = public_for(5s)};
}

}  // namespace

TEST_CASE("an answer for everyone has its age and a tag of its body") {
    const Response first = finished(cached("a"), {}, {});
    CHECK(first.status == 200);
    CHECK(field(first, "Cache-Control") == "public, max-age=5");
    // SHA-256 of "a", as anyone computes it.
    CHECK(field(first, "ETag") == "\"ca978112ca1bbdcafac231b39a23dc4d\"");
    CHECK(field(finished(cached("b"), {}, {}), "ETag") != field(first, "ETag"));
    const Response asked_each_time = finished({.body = "a", .caching = public_for(0s)}, {}, {});
    CHECK(field(asked_each_time, "Cache-Control") == "no-cache");
    CHECK(field(asked_each_time, "ETag") == field(first, "ETag"));
}

TEST_CASE("who names the tag is answered 304 with the tag and no body") {
    const std::string tag = "\"ca978112ca1bbdcafac231b39a23dc4d\"";
    for (const std::string& list :
         {tag, "W/" + tag, "\"x\", " + tag, "\"x\",\t W/" + tag + " ,", std::string("*")}) {
        CAPTURE(list);
        const Response answer = finished(cached("a"), {.if_none_match = list}, {});
        CHECK(answer.status == 304);
        CHECK(answer.body.empty());
        CHECK(field(answer, "ETag") == tag);
    }
    for (const std::string& list : {std::string("\"x\""), tag.substr(1), tag + "x",
                                    std::string(","), std::string(" "), std::string("W/")}) {
        CAPTURE(list);
        CHECK(finished(cached("a"), {.if_none_match = list}, {}).status == 200);
    }
}

TEST_CASE("private answers are stored nowhere and errors are not kept") {
    const Response owned =
        finished({.body = "a", .caching = private_answer()}, {.if_none_match = "*"}, {});
    CHECK(owned.status == 200);
    CHECK(field(owned, "Cache-Control") == "private, no-store");
    CHECK(field(owned, "ETag").empty());
    const Response failed =
        finished({.status = 503, .body = "x", .caching = public_for(5s)}, {}, {});
    CHECK(field(failed, "Cache-Control") == "no-store");
    CHECK(field(failed, "ETag").empty());
    CHECK(finished({.body = "a"}, {.if_none_match = "*"}, {}).fields.empty());
}

TEST_CASE("only pages of listed origins may read the answers") {
    const Policy some{.cors_origins = {"https://a.example", "https://b.example"}};
    const Response listed = finished({}, {.origin = "https://b.example"}, some);
    CHECK(field(listed, "Access-Control-Allow-Origin") == "https://b.example");
    CHECK(field(listed, "Vary") == "Origin");
    const Response stranger = finished({}, {.origin = "https://c.example"}, some);
    CHECK(field(stranger, "Access-Control-Allow-Origin").empty());
    CHECK(field(stranger, "Vary") == "Origin");
    const Policy all{.cors_origins = {"*"}};
    CHECK(field(finished({}, {.origin = "https://c.example"}, all),
                "Access-Control-Allow-Origin") == "*");
    CHECK(finished({}, {.origin = "https://c.example"}, {}).fields.empty());
}

TEST_CASE("pages get the content policy and other answers do not") {
    const Policy policy{.fields = {{"Referrer-Policy", "no-referrer"}},
                        .content_security_policy = "default-src 'self'"};
    const Response page = finished({.content_type = "text/html; charset=utf-8"}, {}, policy);
    CHECK(field(page, "Content-Security-Policy") == "default-src 'self'");
    CHECK(field(page, "Referrer-Policy") == "no-referrer");
    const Response data = finished({}, {}, policy);
    CHECK(field(data, "Content-Security-Policy").empty());
    CHECK(field(data, "Referrer-Policy") == "no-referrer");
}

TEST_CASE("a value that would begin another field makes the answer a 500") {
    for (const std::string& value : {std::string("a\r\nSet-Cookie: x"), std::string("a\nb"),
                                     std::string("a\0b", 3), std::string("\x7f")}) {
        const Response named = finished({.body = "a", .fields = {{"X", value}}}, {}, {});
        CHECK(named.status == 500);
        CHECK(named.fields.empty());
        CHECK(finished({.body = "a", .fields = {{value, "x"}}}, {}, {}).status == 500);
        const Response typed = finished({.body = "a", .content_type = value}, {}, {});
        CHECK(typed.status == 500);
        CHECK(typed.content_type == "application/json");
    }
}

TEST_CASE("OPTIONS names the methods, and to foreign pages what they may send") {
    const Method both[] = {Method::get, Method::put};
    const std::string allow = allow_text(both);
    CHECK(allow == "GET, HEAD, PUT, OPTIONS");
    const Response closed = options_response(allow, {});
    CHECK(closed.status == 204);
    CHECK(field(closed, "Allow") == allow);
    CHECK(field(closed, "Access-Control-Allow-Methods").empty());
    const Response open = options_response(allow, {.cors_origins = {"https://a.example"}});
    CHECK(field(open, "Access-Control-Allow-Methods") == allow);
    CHECK(field(open, "Access-Control-Allow-Headers") ==
          "Authorization, Content-Type, If-None-Match");
}

TEST_CASE("a WebSocket is for pages of this host, of listed origins, and for programs") {
    CHECK(may_connect("http://pool:8080", "pool:8080", {}));
    CHECK(may_connect("https://pool", "pool", {}));
    CHECK(may_connect("", "pool", {}));
    CHECK_FALSE(may_connect("https://evil.example", "pool", {}));
    CHECK_FALSE(may_connect("null", "null", {}));
    CHECK_FALSE(may_connect("http://pool:8081", "pool:8080", {}));
    CHECK_FALSE(may_connect("http://", "", {}));
    CHECK(may_connect("https://a.example", "pool", {.cors_origins = {"https://a.example"}}));
    CHECK(may_connect("https://evil.example", "pool", {.cors_origins = {"*"}}));
}
