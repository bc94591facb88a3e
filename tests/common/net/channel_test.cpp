// The way in, byte by byte, on a pair of connected sockets.
#include "common/net/channel.hpp"

#include "tests/common/net/harness.hpp"

using namespace lode;
using net::Channel;
using net::CloseReason;
using State = net::Channel::Step::State;

namespace {

class Wire {
  public:
    Wire() {
        int ends[2] = {-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
        server = FileDescriptor(ends[0]);
        client = FileDescriptor(ends[1]);
    }
    void send(std::string_view text) const {
        REQUIRE(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] Channel::Step step(Channel& channel) {
        return channel.enter(server.get(), scratch_);
    }
    [[nodiscard]] std::string rest() const {
        char block[256];
        const auto count = ::recv(server.get(), block, sizeof block, 0);
        return count < 0 ? "" : std::string(block, static_cast<std::size_t>(count));
    }

    FileDescriptor server;
    FileDescriptor client;

  private:
    std::vector<char> scratch_ = std::vector<char>(4096);
};

Channel proxied() {
    return Channel({.address = IpAddress::parse("10.0.0.1").value(), .port = 9},
                   {.preface = net::Preface::proxy_header});
}

}  // namespace

TEST_CASE("a header that comes byte by byte is taken, and nothing behind it") {
    Wire wire;
    Channel channel = proxied();
    CHECK(wire.step(channel).state == State::wants_input);
    const std::string header = "PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n";
    for (const char byte : header.substr(0, header.size() - 1)) {
        wire.send({&byte, 1});
        CHECK(wire.step(channel).state == State::wants_input);
        CHECK(wire.rest().empty());
    }
    CHECK_FALSE(channel.open());
    wire.send("\nline\n");
    CHECK(wire.step(channel).state == State::addressed);
    CHECK_FALSE(channel.open());
    CHECK(wire.step(channel).state == State::open);
    CHECK(channel.open());
    CHECK(channel.peer().address.text() == "192.0.2.7");
    CHECK(channel.peer().port == 4660);
    CHECK(wire.rest() == "line\n");
}

TEST_CASE("a header that is none is refused, and so is a peer that leaves within it") {
    Wire wire;
    Channel channel = proxied();
    wire.send("GET / HTTP/1.1\r\n");
    CHECK(wire.step(channel).reason == CloseReason::bad_proxy_header);
    Wire other;
    Channel left = proxied();
    other.send("PROXY ");
    CHECK(other.step(left).state == State::wants_input);
    other.client = FileDescriptor();
    CHECK(other.step(left).reason == CloseReason::by_peer);
}
