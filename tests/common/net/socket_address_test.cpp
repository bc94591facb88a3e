// Numeric addresses in and out.
#include "common/net/socket_address.hpp"

#include <catch2/catch_test_macros.hpp>

using lode::net::parse_socket_address;

TEST_CASE("addresses are written as they are read, IPv6 in brackets") {
    CHECK(parse_socket_address("127.0.0.1", 3333).value().text() == "127.0.0.1:3333");
    CHECK(parse_socket_address("::1", 3333).value().text() == "[::1]:3333");
    CHECK(parse_socket_address("::1", 3333).value().address() ==
          lode::IpAddress::parse("::1").value());
    CHECK(parse_socket_address("::1", 3333).value().port() == 3333);
}

TEST_CASE("names and broken addresses are refused") {
    CHECK_FALSE(parse_socket_address("localhost", 1));
    CHECK_FALSE(parse_socket_address("127.0.0.1.2", 1));
    CHECK_FALSE(parse_socket_address("", 1));
}
