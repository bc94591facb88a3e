// Addresses and ranges: text in and out, one form for IPv4, prefixes at every length.
#include "common/base/ip_address.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <vector>

using namespace lode;

namespace {

IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}
AddressRange range(std::string_view text) {
    return AddressRange::parse(text).value();
}

}  // namespace

TEST_CASE("addresses are written as they are read") {
    const std::string text = GENERATE("0.0.0.0", "192.0.2.255", "::", "::1", "2001:db8::a:0:1");
    CHECK(address(text).text() == text);
}

TEST_CASE("an IPv4 address is the same however it is told") {
    CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
    CHECK(address("::ffff:192.0.2.1").text() == "192.0.2.1");
    CHECK(address("::ffff:c000:201").is_v4());
    CHECK_FALSE(address("::192.0.2.1").is_v4());
}

TEST_CASE("names, ports, zones, brackets and rubbish are no addresses") {
    const std::string text =
        GENERATE(as<std::string>(), "", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256",
                 "1.2.3.4:3333", "[::1]", "fe80::1%eth0", " 1.2.3.4", ":::", std::string(80, '1'));
    CHECK_FALSE(IpAddress::parse(text));
    CHECK_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0x", 9)));
}

TEST_CASE("a range holds its addresses and no others") {
    CHECK(range("10.0.0.0/8").contains(address("10.255.0.1")));
    CHECK(range("10.0.0.0/8").contains(address("::ffff:10.0.0.1")));
    CHECK_FALSE(range("10.0.0.0/8").contains(address("11.0.0.0")));
    CHECK(range("2001:db8::/33").contains(address("2001:db8:7fff::")));
    CHECK_FALSE(range("2001:db8::/33").contains(address("2001:db8:8000::")));
    CHECK(range("192.0.2.7").contains(address("192.0.2.7")));
    CHECK_FALSE(range("192.0.2.7").contains(address("192.0.2.6")));
    CHECK(range("0.0.0.0/0").contains(address("203.0.113.9")));
    CHECK_FALSE(range("0.0.0.0/0").contains(address("2001:db8::1")));
    CHECK(range("::/0").contains(address("203.0.113.9")));
}

TEST_CASE("a prefix of any length tells apart what differs in its last bit, and only that") {
    const auto prefix = GENERATE(range(1u, IpAddress::bits + 1));
    std::array<std::uint8_t, 16> ones{};
    ones.fill(0xff);
    const IpAddress all = IpAddress::v6(ones);
    auto other = ones;
    other[(prefix - 1) / 8] = static_cast<std::uint8_t>(0xff ^ (0x80u >> ((prefix - 1) % 8)));
    CHECK(all.truncated(prefix) != IpAddress::v6(other).truncated(prefix));
    CHECK(all.truncated(prefix - 1) == IpAddress::v6(other).truncated(prefix - 1));
}

TEST_CASE("ranges are written as they are read") {
    const std::string text =
        GENERATE("10.0.0.0/8", "0.0.0.0/0", "192.0.2.7", "::/0", "2001:db8::/32", "2001:db8::1");
    CHECK(AddressRange::parse(text).value().text() == text);
    CHECK(AddressRange::parse("192.0.2.7/32").value().text() == "192.0.2.7");
}

TEST_CASE("ranges of impossible length or with bits behind the prefix are refused") {
    const std::string text = GENERATE("10.0.0.0/33", "10.0.0.1/8", "::/129", "2001:db8::1/64",
                                      "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8", "10/8");
    CHECK(AddressRange::parse(text).error().code == ErrorCode::malformed);
}

TEST_CASE("a site is an IPv4 address or the first 64 bits of IPv6") {
    CHECK(address("192.0.2.7").site() == address("192.0.2.7"));
    CHECK(address("2001:db8:1:2:3:4:5:6").site() == address("2001:db8:1:2::"));
}

TEST_CASE("a list of ranges holds what one of them holds") {
    const std::vector<AddressRange> list = {range("10.0.0.0/8"), range("::1")};
    CHECK(contains(list, address("10.1.1.1")));
    CHECK(contains(list, address("::1")));
    CHECK_FALSE(contains(list, address("::2")));
    CHECK_FALSE(contains({}, address("::1")));
}
