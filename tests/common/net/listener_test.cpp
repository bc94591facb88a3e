// Ports taken, addresses wrong, and the state between taking a port and answering on it.
#include "common/net/listener.hpp"

#include "tests/common/net/harness.hpp"

using namespace lode;
using lode::net::Listener;

TEST_CASE("a port that another listener has is a conflict that names it") {
    auto first = Listener::bind({.address = "127.0.0.1"}).value();
    REQUIRE(first.listen());
    const auto second = Listener::bind({.address = "127.0.0.1", .port = first.port()});
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::conflict);
    CHECK(second.error().context.starts_with("127.0.0.1:" + std::to_string(first.port())));
}

TEST_CASE("an address that is none of ours is malformed") {
    CHECK(Listener::bind({.address = "192.0.2.1"}).error().code == ErrorCode::malformed);
    CHECK(Listener::bind({.address = "localhost"}).error().code == ErrorCode::malformed);
}

TEST_CASE("a bound port refuses clients until it listens") {
    auto listener = Listener::bind({.address = "127.0.0.1"}).value();
    CHECK_FALSE(test::Client(listener.port()).connected());
    REQUIRE(listener.listen());
    CHECK(test::Client(listener.port()).connected());
}
