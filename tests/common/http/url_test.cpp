// The client's urls.
#include <catch2/catch_test_macros.hpp>

#include "common/http/client.hpp"

using namespace lode;
using namespace lode::http;

TEST_CASE("a url gives host and port") {
    const auto plain = client_options_from_url("http://node.example:18443/");
    REQUIRE(plain);
    CHECK(plain.value().host == "node.example");
    CHECK(plain.value().port == 18443);
}

TEST_CASE("a url without a port has the default one") {
    CHECK(client_options_from_url("http://127.0.0.1", 8332).value().port == 8332);
}

TEST_CASE("an IPv6 address stands in brackets in a url") {
    const auto options = client_options_from_url("http://[::1]:8332");
    REQUIRE(options);
    CHECK(options.value().host == "::1");
    CHECK(options.value().port == 8332);
}

TEST_CASE("a broken url is malformed") {
    for (const auto* url :
         {"", "https://a", "http://", "http://a:0", "http://a:65536", "http://a:b", "http://[::1",
          "http://[::1]8332", "http://a/wallet", "http://a:"}) {
        CAPTURE(url);
        const auto options = client_options_from_url(url);
        REQUIRE(options.has_error());
        CHECK(options.error().code == ErrorCode::malformed);
    }
}

TEST_CASE("a password in a url is refused and not repeated") {
    const auto options = client_options_from_url("http://user:hunter2@node:8332");
    REQUIRE(options.has_error());
    CHECK(options.error().context.find("hunter2") == std::string::npos);
}
