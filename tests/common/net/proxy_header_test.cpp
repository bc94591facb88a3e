// Headers of both versions as proxies write them, cut anywhere, and as nobody should.
#include "common/net/proxy_header.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

using namespace lode;
using net::parse_proxy_header;
using State = net::ProxyHeader::State;

namespace {

const std::string signature("\r\n\r\n\0\r\nQUIT\n", 12);

struct Binary {
    int command = 0x21;  // version 2, PROXY
    int family = 0x11;   // TCP over IPv4
    std::string body;
};

std::string binary(const Binary& parts) {
    std::string text = signature;
    text += static_cast<char>(parts.command);
    text += static_cast<char>(parts.family);
    text += static_cast<char>(parts.body.size() >> 8);
    text += static_cast<char>(parts.body.size() & 0xff);
    return text + parts.body;
}

// From 192.0.2.7:4660 to 10.0.0.1:3333.
const std::string v4_body("\xc0\x00\x02\x07\x0a\x00\x00\x01\x12\x34\x0d\x05", 12);

std::string v6_body() {
    std::string body("\x20\x01\x0d\xb8", 4);
    body += std::string(11, '\0') + "\x09" + std::string(15, '\0') + "\x01";
    return body + std::string("\x12\x34\x0d\x05", 4);
}

net::ProxyHeader parse(std::string_view text) {
    return parse_proxy_header(as_bytes(text));
}

net::ProxySource source(std::string_view address, std::uint16_t port) {
    return {IpAddress::parse(address).value(), port};
}

}  // namespace

TEST_CASE("version 1 tells the client of either family") {
    const auto four = parse("PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n");
    CHECK(four.state == State::complete);
    CHECK(four.source == source("192.0.2.7", 4660));
    const auto six = parse("PROXY TCP6 2001:db8::9 ::1 65535 0\r\n{}");
    CHECK(six.source == source("2001:db8::9", 65535));
    CHECK(six.size == 36);
}

TEST_CASE("version 2 tells the client of either family, extensions or not") {
    CHECK(parse(binary({.body = v4_body})).source == source("192.0.2.7", 4660));
    const std::string extended = binary({.family = 0x21, .body = v6_body() + "\x04\x00\x01x"});
    const auto six = parse(extended + "next");
    CHECK(six.source == source("2001:db8::9", 4660));
    CHECK(six.size == extended.size());
}

TEST_CASE("a proxy that connects for itself, or cannot tell, leaves the socket's address") {
    const std::string text =
        GENERATE(as<std::string>(), "PROXY UNKNOWN\r\n", "PROXY UNKNOWN ::1 whatever 1 2\r\n",
                 binary({.command = 0x20, .family = 0}), binary({.command = 0x20, .body = v4_body}),
                 binary({.family = 0}), binary({.family = 0x12, .body = v4_body}),
                 binary({.family = 0x31, .body = std::string(216, 'u')}));
    CHECK(parse(text).state == State::complete);
    CHECK(parse(text).size == text.size());
    CHECK_FALSE(parse(text).source);
}

TEST_CASE("a header cut anywhere is incomplete, and whole with its last byte") {
    const std::string text =
        GENERATE(as<std::string>(), "PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n",
                 "PROXY UNKNOWN\r\n", binary({.body = v4_body}),
                 binary({.family = 0x21, .body = v6_body() + std::string(300, 'x')}));
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        CHECK(parse(text.substr(0, cut)).state == State::incomplete);
    }
    CHECK(parse(text).state == State::complete);
    CHECK(parse(text + text).size == text.size());
}

TEST_CASE("malformed headers of version 1 are refused") {
    const std::string text = GENERATE(
        as<std::string>(), "PROXY TCP4 192.0.2.7 10.0.0.1 4660\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 4660 65536\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 4660 03\r\n",
        "PROXY TCP4 192.0.2.7 10.0.0.1 -1 3333\r\n", "PROXY TCP4 ::1 ::1 1 2\r\n",
        "PROXY TCP6 192.0.2.7 10.0.0.1 1 2\r\n", "PROXY TCP4 x y 1 2\r\n", "PROXY UDP4 a b 1 2\r\n",
        "PROXY TCP4  192.0.2.7 10.0.0.1 1 2\r\n", "PROXY TCP4 192.0.2.7 10.0.0.1 1 2 \r\n",
        "PROXY \r\n", "proxy TCP4 192.0.2.7 10.0.0.1 1 2\r\n",
        "PROXY UNKNOWN" + std::string(100, ' ') + "\r\n", "{\"id\":1}\n", "\x16\x03\x01");
    CHECK(parse(text).state == State::malformed);
}

TEST_CASE("malformed headers of version 2 are refused") {
    const std::string text = GENERATE(
        as<std::string>(), binary({.command = 0x11, .body = v4_body}),
        binary({.command = 0x22, .body = v4_body}), binary({.family = 0x41, .body = v4_body}),
        binary({.family = 0x13, .body = v4_body}), binary({.body = v4_body.substr(1)}),
        binary({.family = 0x21, .body = v4_body}), binary({.body = std::string(2033, '\0')}),
        "\r\n\r\n\n");
    CHECK(parse(text).state == State::malformed);
}

TEST_CASE("the longest header of version 2 is taken") {
    const std::string body = v4_body + std::string(net::proxy_header_max - 16 - 12, '\0');
    CHECK(parse(binary({.body = body})).size == net::proxy_header_max);
}
