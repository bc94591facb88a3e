// Letting clients in: bursts, even loops, limits, ports given back.
#include "common/net/acceptor.hpp"

#include <sys/resource.h>

#include "common/net/descriptor_limit.hpp"
#include "tests/common/net/harness.hpp"

using namespace lode;
using lode::test::Client;
using lode::test::RecordingHandler;
using lode::test::Server;

TEST_CASE("thousands of clients at once are all let in and spread evenly over the loops") {
    REQUIRE(net::raise_descriptor_limit() >= 5000);  // both ends of 2,000 are in this process
    RecordingHandler handler;
    Server server(handler, {.loops = 2});
    std::vector<std::unique_ptr<Client>> clients;
    std::vector<std::thread> callers;
    std::mutex mutex;
    for (int caller = 0; caller < 4; ++caller) {
        callers.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                auto client = std::make_unique<Client>(server.port());
                const std::lock_guard lock(mutex);
                clients.push_back(std::move(client));
            }
        });
    }
    for (auto& caller : callers) caller.join();
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2000; }));
    CHECK(server.loops[0]->load() == 1000);
    CHECK(server.loops[1]->load() == 1000);
    for (const auto& client : clients) CHECK(client->connected());
}

TEST_CASE("clients beyond the limit are closed at once") {
    RecordingHandler handler;
    Server server(handler, {.connections_max = 2});
    const Client a(server.port());
    const Client b(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2; }));
    const Client c(server.port());
    CHECK(c.closed_by_server());
    CHECK(server.registry.counter("turned_away_total", "Not.").value() == 1);
}

TEST_CASE("without file descriptors clients are turned away, and let in again afterwards") {
#ifdef __SANITIZE_ADDRESS__
    SKIP("UndefinedBehaviorSanitizer needs descriptors of its own to look at memory");
#endif
    RecordingHandler handler;
    Server server(handler);
    Client client(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
    // The client's own sockets are opened before the limit falls, connected after it.
    std::vector<FileDescriptor> ready;
    for (int i = 0; i < 3; ++i) ready.emplace_back(::socket(AF_INET, SOCK_STREAM, 0));
    const FileDescriptor lowest_free(::dup(ready.back().get()));
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit tight = before;
    tight.rlim_cur = static_cast<rlim_t>(lowest_free.get()) + 1;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    const auto to = net::parse_socket_address("127.0.0.1", server.port()).value();
    char byte = 0;
    for (const auto& socket : ready) {
        CHECK(::connect(socket.get(), to.get(), to.size) == 0);
        CHECK(::recv(socket.get(), &byte, 1, 0) <= 0);
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    const Client after(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2; }));
    CHECK(server.registry.counter("turned_away_total", "Not.").value() == 3);
}

TEST_CASE("after the acceptor has gone nobody is let in and the clients there are stay") {
    RecordingHandler handler;
    Server server(handler);
    handler.on_line = [&](net::ConnectionId id, std::string_view) {
        server.loop().send(id, "here\n");
    };
    const std::uint16_t port = server.port();
    const Client stays(port);
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
    server.acceptor.reset();
    stays.send("still there?\n");  // answered after the loop has closed the listener
    CHECK(stays.read_until("here\n") == "here\n");
    CHECK_FALSE(Client(port).connected());
}

TEST_CASE("IPv6 clients are let in") {
    RecordingHandler handler;
    Server server(handler, {.address = "::1"});
    const Client client(server.port(), 0, "::1");
    CHECK(client.connected());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
}

TEST_CASE("a listed proxy says for whom it connects, in text or in bytes") {
    RecordingHandler handler;
    Server server(handler, {.proxy_from = {AddressRange::parse("127.0.0.0/8").value()}});
    const Client text(server.port());
    text.send("PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\nhello\n");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 1; }));
    const Client bytes(server.port());
    const std::string header(
        "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"
        "\xc0\0\x02\x08\x0a\0\0\x01\x12\x34\x0d\x05",
        28);
    bytes.send(header + "again\n");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 2; }));
    CHECK(handler.lines == std::vector<std::string>{"hello", "again"});
    CHECK(handler.peers[0].address.text() == "192.0.2.7");
    CHECK(handler.peers[0].port == 4660);
    CHECK(handler.peers[1].address.text() == "192.0.2.8");
}

TEST_CASE("a listed proxy without a header is closed, one that connects for itself is not") {
    RecordingHandler handler;
    Server server(handler, {.proxy_from = {AddressRange::parse("127.0.0.1").value()}});
    const Client silent_about_it(server.port());
    silent_about_it.send("{\"id\":1}\n");
    CHECK(silent_about_it.closed_by_server());
    CHECK(server.closed(net::CloseReason::bad_proxy_header) == 1);
    const Client itself(server.port());
    itself.send("PROXY UNKNOWN\r\n");
    REQUIRE(handler.wait([&] { return handler.peers.size() == 1; }));
    CHECK(handler.peers[0].address.text() == "127.0.0.1");
    CHECK(handler.wait([&] { return handler.reasons.empty(); }));
}

TEST_CASE("of others no header is read: it is a line like any other") {
    RecordingHandler handler;
    Server server(handler, {.proxy_from = {AddressRange::parse("192.0.2.0/24").value()}});
    const Client client(server.port());
    client.send("PROXY TCP4 192.0.2.7 10.0.0.1 4660 3333\r\n");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 1; }));
    CHECK(handler.lines[0].starts_with("PROXY TCP4"));
    CHECK(handler.peers[0].address.text() == "127.0.0.1");
}

TEST_CASE("a header may come over IPv6 and tell an IPv6 client") {
    RecordingHandler handler;
    Server server(handler,
                  {.address = "::1", .proxy_from = {AddressRange::parse("::/64").value()}});
    const Client client(server.port(), 0, "::1");
    client.send("PROXY TCP6 2001:db8::7 ::1 4660 3333\r\n");
    REQUIRE(handler.wait([&] { return handler.peers.size() == 1; }));
    CHECK(handler.peers[0].address.text() == "2001:db8::7");
}
