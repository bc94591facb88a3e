// The client against raw bytes of every bad kind.
#include "common/http/client.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <thread>

#include "tests/common/http/raw_peer.hpp"

using namespace lode;
using namespace lode::http;
using namespace std::chrono_literals;
using lode::test::RawConnection;
using lode::test::RawPeer;

namespace {

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

Client client_of(const RawPeer& peer) {
    return Client({.host = "127.0.0.1", .port = peer.port()});
}

std::string endpoint(const RawPeer& peer) {
    return "127.0.0.1:" + std::to_string(peer.port());
}

// The port of a listener that has gone: nobody is there.
std::uint16_t free_port() {
    return RawPeer([](int, RawConnection&) {}).port();
}

}  // namespace

TEST_CASE("a request carries host, body, type and basic authentication") {
    std::promise<std::string> seen;
    const RawPeer peer([&](int, RawConnection& connection) {
        seen.set_value(connection.read_until("body!"));
        connection.send(ok);
    });
    Client client(
        {.host = "127.0.0.1", .port = peer.port(), .credentials = Secret("Aladdin:open sesame")});
    REQUIRE(client.request({.method = Method::post, .target = "/t?q", .body = "body!"}, 5s));
    const std::string request = seen.get_future().get();
    CHECK(request.starts_with("POST /t?q HTTP/1.1\r\n"));
    CHECK(request.find("Host: " + endpoint(peer) + "\r\n") != request.npos);
    // The pair of RFC 7617, section 2.
    CHECK(request.find("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n") != request.npos);
    CHECK(request.find("Content-Type: application/json\r\n") != request.npos);
    CHECK(request.find("Content-Length: 5\r\n") != request.npos);
}

TEST_CASE("several requests use one connection") {
    const RawPeer peer([](int number, RawConnection& connection) {
        while (!connection.read_until("\r\n\r\n").empty()) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" +
                            std::to_string(number));
        }
    });
    Client client = client_of(peer);
    for (int i = 0; i < 3; ++i) CHECK(client.request({}, 5s).value().body == "0");
}

TEST_CASE("a kept-alive connection that the server closed is replaced before sending") {
    std::promise<void> first_closed;
    const RawPeer peer([&](int number, RawConnection& connection) {
        if (number == 1) return first_closed.set_value();
        connection.read_until("\r\n\r\n");
        connection.send(ok);
    });
    Client client = client_of(peer);
    REQUIRE(client.request({}, 5s));
    // The peer takes one connection after another, so it has closed the first when it takes this.
    const RawConnection next = RawConnection::to(peer.port());
    first_closed.get_future().get();
    CHECK(client.request({.repeat = Repeat::never}, 5s).value().body == "ok");
}

TEST_CASE("a request on a connection that dies before the answer is repeated when it may be") {
    const RawPeer peer([](int number, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send(ok);
        if (number == 0) connection.read_until("\r\n\r\n");  // read, then closed without an answer
    });
    Client client = client_of(peer);
    REQUIRE(client.request({}, 5s));
    CHECK(client.request({.repeat = Repeat::when_connection_was_stale}, 5s).value().body == "ok");
}

TEST_CASE("a request that must not be repeated fails when its connection dies") {
    const RawPeer peer([](int, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send(ok);
        connection.read_until("\r\n\r\n");
    });
    Client client = client_of(peer);
    REQUIRE(client.request({}, 5s));
    const auto second = client.request({.repeat = Repeat::never}, 5s);
    REQUIRE(second.has_error());
    CHECK(second.error().code == ErrorCode::unavailable);
}

TEST_CASE("a fresh connection that dies is not tried again") {
    std::atomic<int> connections = 0;
    const RawPeer peer([&](int, RawConnection& connection) {
        ++connections;
        connection.read_until("\r\n\r\n");
    });
    const auto answer = client_of(peer).request({.repeat = Repeat::when_connection_was_stale}, 5s);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::unavailable);
    CHECK(answer.error().context.starts_with(endpoint(peer) + ": answer: "));
    CHECK(connections == 1);
}

TEST_CASE("an answer that does not come in time is unavailable") {
    const RawPeer peer([](int, RawConnection& connection) { connection.read_all(); });
    const auto answer = client_of(peer).request({}, 1ms);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::unavailable);
    CHECK(answer.error().context.find("timed out") != std::string::npos);
}

TEST_CASE("an answer that stops half way is unavailable") {
    const RawPeer peer([](int, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
    });
    const auto answer = client_of(peer).request({}, 5s);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::unavailable);
}

TEST_CASE("an answer that is not HTTP is malformed") {
    const RawPeer peer([](int, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    });
    const auto answer = client_of(peer).request({}, 5s);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::malformed);
}

TEST_CASE("an answer above the limit is exhausted, with or without a stated length") {
    const RawPeer peer([](int number, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send(number == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n"
                                    : "HTTP/1.1 200 OK\r\n\r\n");
        connection.send(std::string(101, 'x'));
    });
    Client client({.host = "127.0.0.1", .port = peer.port(), .response_max = 100});
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.request({}, 5s);
        REQUIRE(answer.has_error());
        CHECK(answer.error().code == ErrorCode::exhausted);
    }
}

TEST_CASE("a server that is not there is unavailable, with its name") {
    const auto port = free_port();
    const auto answer = Client({.host = "127.0.0.1", .port = port}).request({}, 5s);
    REQUIRE(answer.has_error());
    CHECK(answer.error().code == ErrorCode::unavailable);
    CHECK(answer.error().context ==
          "127.0.0.1:" + std::to_string(port) + ": connect: Connection refused");
}

// "127.1" is no address to Asio, so it goes the way of names; it needs no entry in /etc/hosts,
// which a bare machine may lack.
TEST_CASE("a host that is no address is looked up") {
    const RawPeer peer([](int, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        connection.send(ok);
    });
    CHECK(Client({.host = "127.1", .port = peer.port()}).request({}, 5s).value().body == "ok");
}

TEST_CASE("cancel ends the running request and all later ones") {
    std::promise<void> asked;
    const RawPeer peer([&](int, RawConnection& connection) {
        connection.read_until("\r\n\r\n");
        asked.set_value();
        connection.read_all();
    });
    Client client = client_of(peer);
    std::thread canceller([&] {
        asked.get_future().get();
        client.cancel();
    });
    const auto running = client.request({}, 60s);
    canceller.join();
    REQUIRE(running.has_error());
    CHECK(running.error().code == ErrorCode::cancelled);
    const auto later = client.request({}, 60s);
    REQUIRE(later.has_error());
    CHECK(later.error().code == ErrorCode::cancelled);
}
