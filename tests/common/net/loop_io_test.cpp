// Lines and output through TLS, ports mistaken for one another, and readers that do not read.
#include <atomic>

#include "tests/common/net/tls_client.hpp"

using namespace lode;
using lode::test::Client;
using lode::test::RecordingHandler;
using lode::test::Server;
using lode::test::TemporaryFolder;
using lode::test::TlsClient;
using net::CloseReason;

namespace {

// A server with a certificate of this name, which answers every line with itself.
class TlsServer {
  public:
    explicit TlsServer(Server::Options options = {}) : server(handler, with_tls(options)) {
        handler.on_line = [this](net::ConnectionId id, std::string_view line) {
            server.loop().send(id, std::string(line) + "\n");
        };
    }
    [[nodiscard]] std::shared_ptr<const net::TlsContext> certificate(const std::string& name) {
        return net::TlsContext::load(test::make_certificate(folder.path(), name)).value();
    }

    TemporaryFolder folder;
    RecordingHandler handler;
    Server server;

  private:
    Server::Options with_tls(Server::Options options) {
        options.tls = certificate("first");
        return options;
    }
};

}  // namespace

TEST_CASE("lines go both ways through TLS 1.2 and 1.3, and no older one") {
    TlsServer tls;
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(tls.server.port(), version);
        REQUIRE(client.shake_hands());
        client.send("hel");
        client.send("lo\nagain\n");
        CHECK(client.read_until("again\n") == "hello\nagain\n");
    }
    TlsClient old(tls.server.port(), TLS1_1_VERSION);
    CHECK_FALSE(old.shake_hands());
    CHECK(old.tcp().closed_by_server());
    CHECK(tls.server.closed(CloseReason::tls_failed) == 1);
    CHECK(tls.handler.wait([&] { return tls.handler.peers.size() == 2; }));
}

TEST_CASE("a proxy's header comes before the handshake") {
    TlsServer tls({.proxy_from = {AddressRange::parse("127.0.0.1").value()}});
    TlsClient client(tls.server.port());
    client.tcp().send("PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n");
    REQUIRE(client.shake_hands());
    client.send("hello\n");
    CHECK(client.read_until("\n") == "hello\n");
    REQUIRE(tls.handler.wait([&] { return tls.handler.peers.size() == 1; }));
    CHECK(tls.handler.peers[0].address.text() == "192.0.2.7");
}

TEST_CASE("much output of text and shared text arrives whole and in order through TLS") {
    TlsServer tls({.limits = {.output_size_max = 8 * 1024 * 1024}});
    std::string expected;
    tls.handler.on_line = [&](net::ConnectionId id, std::string_view) {
        for (int i = 0; i < 3000; ++i) {
            const std::string text = std::to_string(i) + std::string(700, 'x') + "\n";
            expected += text;
            if (i % 3 == 0) {
                tls.server.loop().send(id, std::make_shared<const std::string>(text));
            } else {
                tls.server.loop().send(id, text);
            }
        }
        const auto big = std::make_shared<const std::string>(std::string(100'000, 'y') + "\n");
        expected += *big;
        tls.server.loop().send(id, big);
        tls.server.loop().send(id, "end\n");
    };
    TlsClient client(tls.server.port());
    REQUIRE(client.shake_hands());
    client.send("go\n");
    const std::string received = client.read_until("end\n");
    CHECK((received == expected + "end\n"));  // not printed: 2 MB
}

TEST_CASE("a connection closed by us says so to TLS, after what was sent") {
    TlsServer tls;
    tls.handler.on_line = [&](net::ConnectionId id, std::string_view) {
        tls.server.loop().send(id, "farewell\n");
        tls.server.loop().close(id);
    };
    TlsClient client(tls.server.port());
    REQUIRE(client.shake_hands());
    client.send("go\n");
    CHECK(client.read_until("never") == "farewell\n");
    CHECK(client.ended());
}

TEST_CASE("a new certificate is shown to new connections, old ones go on") {
    TlsServer tls;
    TlsClient before(tls.server.port());
    REQUIRE(before.shake_hands());
    CHECK(before.server_name() == "first");
    tls.server.acceptor->renew(tls.certificate("second"));
    TlsClient after(tls.server.port());
    REQUIRE(after.shake_hands());
    CHECK(after.server_name() == "second");
    before.send("still there?\n");
    CHECK(before.read_until("\n") == "still there?\n");
}

TEST_CASE("a plain client on a TLS port is closed, and counted") {
    TlsServer tls;
    const Client client(tls.server.port());
    client.send("{\"id\":1,\"method\":\"mining.subscribe\"}\n");
    CHECK(client.closed_by_server());
    CHECK(tls.server.closed(CloseReason::plain_on_tls_port) == 1);
    CHECK(tls.handler.peers.empty());
}

TEST_CASE("a TLS client on a plain port is closed, and counted") {
    RecordingHandler handler;
    Server server(handler);
    TlsClient client(server.port());
    CHECK_FALSE(client.shake_hands());
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == CloseReason::tls_on_plain_port);
    CHECK(server.closed(CloseReason::tls_on_plain_port) == 1);
    CHECK(handler.lines.empty());
}

TEST_CASE("a client that never finishes its handshake is closed in time") {
    TlsServer tls({.limits = {.handshake_timeout = std::chrono::milliseconds(1)}});
    const Client silent(tls.server.port());
    CHECK(silent.closed_by_server());
    const Client half(tls.server.port());
    half.send(std::string_view("\x16\x03\x01\x02\x00", 5));
    CHECK(half.closed_by_server());
    CHECK(tls.server.closed(CloseReason::handshake_timeout) == 2);
    CHECK(tls.handler.reasons.empty());  // of connections that were never open
}

TEST_CASE("a handshake of rubbish, and rubbish after the handshake, end the connection") {
    TlsServer tls;
    const Client rubbish(tls.server.port());
    rubbish.send("\x16rubbish rubbish rubbish");
    CHECK(rubbish.closed_by_server());
    CHECK(tls.server.closed(CloseReason::tls_failed) == 1);
    TlsClient later(tls.server.port());
    REQUIRE(later.shake_hands());
    later.tcp().send("rubbish rubbish rubbish\n");
    REQUIRE(tls.handler.wait([&] { return tls.handler.reasons.size() == 1; }));
    CHECK(tls.handler.reasons[0] == CloseReason::tls_failed);
}

TEST_CASE("who is not admitted is closed before its handshake, and not told of again") {
    TlsServer tls({.proxy_from = {AddressRange::parse("127.0.0.1").value()}});
    tls.handler.refused = "192.0.2.7";
    TlsClient refused(tls.server.port());
    refused.tcp().send("PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n");
    CHECK(refused.tcp().closed_by_server());
    TlsClient other(tls.server.port());
    other.tcp().send("PROXY TCP4 192.0.2.8 10.0.0.1 4660 3333\r\n");
    REQUIRE(other.shake_hands());
    REQUIRE(tls.handler.wait([&] { return tls.handler.peers.size() == 1; }));
    CHECK(tls.handler.asked == std::vector<std::string>{"192.0.2.7", "192.0.2.8"});
    CHECK(tls.handler.peers[0].address.text() == "192.0.2.8");
    CHECK(tls.handler.wait(
        [&] { return tls.handler.turned_backs.empty() && tls.handler.reasons.empty(); }));
    CHECK(tls.server.closed(CloseReason::by_us) == 1);
}

TEST_CASE("who is not admitted at a door without a proxy is closed at once") {
    TlsServer tls;
    tls.handler.refused = "127.0.0.1";
    TlsClient client(tls.server.port());
    CHECK(client.tcp().closed_by_server());
    RecordingHandler handler;
    handler.refused = "127.0.0.1";
    Server plain(handler);
    CHECK(Client(plain.port()).closed_by_server());
    CHECK(handler.wait([&] {
        return handler.asked.size() == 1 && handler.peers.empty() && handler.reasons.empty();
    }));
    CHECK(plain.closed(CloseReason::by_us) == 1);
    CHECK(plain.loop().load() == 0);
}

TEST_CASE("who was admitted and never opened is told of, by its true address") {
    TlsServer tls({.proxy_from = {AddressRange::parse("127.0.0.1").value()}});
    const auto turned_back = [&](std::string_view says) {
        const Client client(tls.server.port());
        client.send(says);
        CHECK(client.closed_by_server());
        REQUIRE(tls.handler.wait([&] { return !tls.handler.turned_backs.empty(); }));
        return std::exchange(tls.handler.turned_backs, {}).front();
    };
    using Told = std::pair<std::string, CloseReason>;
    const std::string header = "PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n";
    CHECK(turned_back(header + "{}\n") == Told("192.0.2.7", CloseReason::plain_on_tls_port));
    CHECK(turned_back(header + "\x16rubbish rubbish rubbish") ==
          Told("192.0.2.7", CloseReason::tls_failed));
    CHECK(turned_back("GET / HTTP/1.1\r\n\r\n") ==
          Told("127.0.0.1", CloseReason::bad_proxy_header));
    CHECK(tls.handler.reasons.empty());
}

TEST_CASE("a TLS client may change its keys in between") {
    TlsServer tls;
    TlsClient client(tls.server.port());
    REQUIRE(client.shake_hands());
    for (int i = 0; i < 3; ++i) {
        client.ask_for_new_keys();
        client.send("hello\n");
        CHECK(client.read_until("\n") == "hello\n");
    }
}

TEST_CASE("a reader that takes nothing within the time for it is closed, plain or not") {
    const net::ConnectionLimits limits{.output_size_max = 8 * 1024 * 1024,
                                       .send_timeout = std::chrono::milliseconds(100)};
    const auto big = std::make_shared<const std::string>(std::string(4 * 1024 * 1024, 'x'));
    RecordingHandler handler;
    Server server(handler, {.limits = limits});
    handler.on_line = [&](net::ConnectionId id, std::string_view) { server.loop().send(id, big); };
    const Client plain(server.port(), 4096);
    plain.send("go\n");
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == CloseReason::slow_reader);
    TlsServer tls({.limits = limits});
    tls.handler.on_line = [&](net::ConnectionId id, std::string_view) {
        tls.server.loop().send(id, big);
    };
    TlsClient client(tls.server.port());
    REQUIRE(client.shake_hands());
    client.send("go\n");
    REQUIRE(tls.handler.wait([&] { return tls.handler.reasons.size() == 1; }));
    CHECK(tls.handler.reasons[0] == CloseReason::slow_reader);
}

TEST_CASE("a reader that takes something now and then stays") {
    RecordingHandler handler;
    Server server(handler, {.limits = {.output_size_max = 8 * 1024 * 1024,
                                       .send_timeout = std::chrono::seconds(3)}});
    const auto big = std::make_shared<const std::string>(std::string(2 * 1024 * 1024, 'x'));
    handler.on_line = [&](net::ConnectionId id, std::string_view) { server.loop().send(id, big); };
    const Client client(server.port(), 4096);
    client.send("go\n");
    std::size_t received = 0;
    const auto begin = std::chrono::steady_clock::now();
    while (received < big->size()) {
        // A pace that takes longer than send_timeout for all, and never pauses that long.
        const auto due = begin + received * std::chrono::seconds(4) / big->size();
        std::this_thread::sleep_until(due);
        char block[65536];
        const auto count = ::recv(client.fd(), block, sizeof block, 0);
        REQUIRE(count > 0);
        received += static_cast<std::size_t>(count);
    }
    CHECK(handler.wait([&] { return handler.reasons.empty(); }));
}
