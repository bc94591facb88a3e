// How much of an address is shown.
#include "sserver/log_address.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using sserver::LogAddresses;

TEST_CASE("an address is shown in full, as its network, or not at all") {
    const auto four = IpAddress::parse("192.0.2.77").value();
    const auto six = IpAddress::parse("2001:db8:1:2::3").value();
    CHECK(shown(four, LogAddresses::full) == "192.0.2.77");
    CHECK(shown(six, LogAddresses::full) == "2001:db8:1:2::3");
    CHECK(shown(four, LogAddresses::truncated) == "192.0.2.0/24");
    CHECK(shown(six, LogAddresses::truncated) == "2001:db8:1::/48");
    CHECK(shown(four, LogAddresses::none) == "-");
    CHECK(shown(six, LogAddresses::none) == "-");
}
