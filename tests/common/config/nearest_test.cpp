// Suggestions for misspelt names.
#include "common/config/nearest.hpp"

#include <catch2/catch_test_macros.hpp>

using lode::config::suggestion;

TEST_CASE("a misspelt name suggests the nearest known one") {
    CHECK(suggestion("prot", {"host", "port"}) == ", did you mean \"port\"?");
    CHECK(suggestion("health-port", {"host", "health_port"}) == ", did you mean \"health_port\"?");
    CHECK(suggestion("zqm", {"url", "zmq"}) == ", did you mean \"zmq\"?");
}

TEST_CASE("a name unlike all known ones lists them") {
    CHECK(suggestion("colour", {"host", "port"}) == ", known here: host, port");
    CHECK(suggestion(std::string(10'000, 'x'), {"host"}) == ", known here: host");
    CHECK(suggestion("x", {}).empty());
}
