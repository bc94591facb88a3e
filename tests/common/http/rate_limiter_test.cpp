// Tokens over simulated time, and who a request is of.
#include "common/http/rate_limiter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <vector>

using namespace lode;
using namespace lode::http;
using namespace std::chrono_literals;

namespace {

IpAddress address(std::string_view text) {
    return IpAddress::parse(text).value();
}

}  // namespace

TEST_CASE("a burst goes through, then as many a second as the limit says") {
    RateLimiter limiter({.per_second = 10, .burst = 5});
    SteadyTime now{};
    const IpAddress client = address("192.0.2.1");
    for (int i = 0; i < 5; ++i) CHECK_FALSE(limiter.refused(client, now));
    CHECK(limiter.refused(client, now) == 1s);
    CHECK_FALSE(limiter.refused(address("192.0.2.2"), now));
    now += 100ms;
    CHECK_FALSE(limiter.refused(client, now));
    CHECK(limiter.refused(client, now));
    now += 1h;
    for (int i = 0; i < 5; ++i) CHECK_FALSE(limiter.refused(client, now));
    CHECK(limiter.refused(client, now));
}

TEST_CASE("in any time a client has at most the burst and the rate") {
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        const RateLimit limit{.per_second = 1 + static_cast<std::uint32_t>(random() % 50),
                              .burst = 1 + static_cast<std::uint32_t>(random() % 20)};
        RateLimiter limiter(limit);
        SteadyTime now{};
        std::vector<SteadyTime> taken;
        for (int i = 0; i < 300; ++i) {
            now += std::chrono::milliseconds(random() % 60);
            if (!limiter.refused(address("2001:db8::1"), now)) taken.push_back(now);
        }
        for (std::size_t first = 0; first < taken.size(); first += 7) {
            for (std::size_t last = first; last < taken.size(); last += 5) {
                const auto span = std::chrono::duration<double>(taken[last] - taken[first]);
                const double most = limit.burst + span.count() * limit.per_second + 1e-6;
                REQUIRE(static_cast<double>(last - first + 1) <= most + 1);
            }
        }
        REQUIRE(taken.size() >= limit.burst);
    }
}

TEST_CASE("no limit refuses nobody and remembers nobody") {
    RateLimiter limiter({});
    for (int i = 0; i < 1000; ++i) CHECK_FALSE(limiter.refused(address("192.0.2.1"), {}));
    CHECK(limiter.clients() == 0);
}

TEST_CASE("the addresses of one IPv6 customer share a bucket") {
    RateLimiter limiter({.per_second = 1, .burst = 1});
    CHECK_FALSE(limiter.refused(address("2001:db8::1"), {}));
    CHECK(limiter.refused(address("2001:db8::ffff"), {}));
    CHECK_FALSE(limiter.refused(address("2001:db8:0:1::1"), {}));
}

TEST_CASE("any number of clients takes bounded memory") {
    RateLimiter limiter({.per_second = 1, .burst = 1});
    std::array<std::uint8_t, 4> bytes{10, 0, 0, 0};
    for (std::uint32_t i = 0; i < 3 * RateLimiter::clients_max; ++i) {
        store_le(bytes.data(), i);
        CHECK_FALSE(limiter.refused(IpAddress::v4(bytes), {}));
    }
    CHECK(limiter.clients() <= RateLimiter::clients_max);
}

TEST_CASE("only a trusted proxy tells who asks, and only as far as proxies are trusted") {
    const std::vector<AddressRange> trusted = {AddressRange::parse("127.0.0.1").value(),
                                               AddressRange::parse("10.0.0.0/8").value()};
    const auto client = [&](const char* peer, std::string_view forwarded) {
        return client_of(address(peer), forwarded, trusted).text();
    };
    CHECK(client("192.0.2.1", "198.51.100.7") == "192.0.2.1");
    CHECK(client("127.0.0.1", "198.51.100.7") == "198.51.100.7");
    CHECK(client("127.0.0.1", "203.0.113.9, 198.51.100.7,10.1.1.1") == "198.51.100.7");
    CHECK(client("127.0.0.1", "") == "127.0.0.1");
    CHECK(client("127.0.0.1", "10.2.2.2") == "10.2.2.2");
    CHECK(client("127.0.0.1", "198.51.100.7, nonsense") == "127.0.0.1");
    CHECK(client("127.0.0.1", "198.51.100.7, nonsense, 10.1.1.1") == "10.1.1.1");
    CHECK(client("127.0.0.1", ",,,") == "127.0.0.1");
    CHECK(client("127.0.0.1", "2001:db8::1") == "2001:db8::1");
}
