// URLs of settings.
#include "common/config/url.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using config::parse_url;
using config::Url;

namespace {

std::string refusal(std::string_view text) {
    const auto url = parse_url(text);
    INFO(text);
    REQUIRE_FALSE(url);
    return url.error().context;
}

}  // namespace

TEST_CASE("a URL comes apart into its parts") {
    CHECK(parse_url("http://127.0.0.1:8332").value() == Url{"http", "", "127.0.0.1", 8332, ""});
    CHECK(parse_url("stratum+tcp://pool.example:3333/x").value() ==
          Url{"stratum+tcp", "", "pool.example", 3333, "/x"});
    CHECK(parse_url("tcp://[::1]:28332").value() == Url{"tcp", "", "::1", 28332, ""});
    CHECK(parse_url("mysql://lode@db-1/lode").value() == Url{"mysql", "lode", "db-1", {}, "/lode"});
    CHECK(parse_url("embedded:").value() == Url{"embedded", "", "", {}, ""});
}

TEST_CASE("what is no such URL is refused with what is wrong") {
    CHECK(refusal("localhost") == "a URL must begin with its scheme, as in scheme://host:port");
    CHECK(refusal("HTTP://a:1") == "a URL must begin with its scheme, as in scheme://host:port");
    CHECK(refusal("localhost:8332") == "a URL must have // after its scheme");
    CHECK(refusal("http://") == "a URL must name a host");
    CHECK(refusal("http://a b:1") == "a URL must name a host");
    CHECK(refusal("http://a:0") == "the port of a URL must be 1..65535");
    CHECK(refusal("http://a:65536") == "the port of a URL must be 1..65535");
    CHECK(refusal("http://a:80x") == "the port of a URL must be 1..65535");
    CHECK(refusal("tcp://[::1") == "a URL has an unclosed [");
    CHECK(refusal("tcp://[::1]5") == "a URL has characters after its host");
}

TEST_CASE("a password in a URL is refused and not repeated") {
    const std::string text = refusal("http://user:hunter2@node:8332");
    CHECK(text == "a URL must hold no password, there is a setting for it");
}
