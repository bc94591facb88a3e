// Ports taken, addresses wrong, and the state between taking a port and answering on it.
#include "common/net/listener.hpp"

#include <netinet/tcp.h>

#include <fstream>

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

TEST_CASE("accepted sockets have bounded buffers, no delay, and notice a peer that is gone") {
    auto listener = Listener::bind({.address = "127.0.0.1"}).value();
    REQUIRE(listener.listen());
    const test::Client client(listener.port());
    pollfd ready{listener.fd(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 60'000) == 1);
    const FileDescriptor accepted(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    const auto option = [&](int level, int name) {
        int value = -1;
        socklen_t size = sizeof value;
        CHECK(::getsockopt(accepted.get(), level, name, &value, &size) == 0);
        return value;
    };
    CHECK(option(SOL_SOCKET, SO_SNDBUF) <= 128 * 1024);  // the kernel doubles what is asked for
    CHECK(option(SOL_SOCKET, SO_RCVBUF) <= 64 * 1024);
    CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
    CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 120'000);
    CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 120);
}

TEST_CASE("no more of the backlog is promised than the kernel grants") {
    std::ifstream limit("/proc/sys/net/core/somaxconn");
    int most = 0;
    REQUIRE(limit >> most);
    CHECK(Listener::backlog_granted() == std::min(most, Listener::backlog));
}

TEST_CASE("a bound port refuses clients until it listens") {
    auto listener = Listener::bind({.address = "127.0.0.1"}).value();
    CHECK_FALSE(test::Client(listener.port()).connected());
    REQUIRE(listener.listen());
    CHECK(test::Client(listener.port()).connected());
}
