// The loop over real loopback connections: lines in every split, output in every state, closing,
// deadlines and tasks.
#include "common/net/loop.hpp"

#include <algorithm>
#include <atomic>
#include <future>

#include "tests/common/net/harness.hpp"

using namespace lode;
using lode::test::Client;
using lode::test::RecordingHandler;
using lode::test::Server;

TEST_CASE("lines arrive whole however they are split") {
    RecordingHandler handler;
    Server server(handler);
    const Client client(server.port());
    client.send("one\ntw");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 1; }));
    client.send("o\n\n\r\nthr");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 2; }));
    client.send("ee\r\n");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 3; }));
    CHECK(handler.lines == std::vector<std::string>{"one", "two", "three\r"});
}

TEST_CASE("a line longer than allowed closes its connection, with or without its end") {
    RecordingHandler handler;
    Server server(handler);
    const Client endless(server.port());
    endless.send(std::string(9000, 'x'));
    CHECK(endless.closed_by_server());
    const Client ended(server.port());
    ended.send(std::string(9000, 'x') + "\n");
    CHECK(ended.closed_by_server());
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 2; }));
    CHECK(handler.reasons[0] == net::CloseReason::line_too_long);
    CHECK(handler.reasons[1] == net::CloseReason::line_too_long);
    CHECK(handler.lines.empty());
}

TEST_CASE("a line of exactly the size allowed is taken") {
    RecordingHandler handler;
    Server server(handler);
    const Client client(server.port());
    client.send(std::string(8192, 'x') + "\n");
    REQUIRE(handler.wait([&] { return handler.lines.size() == 1; }));
    CHECK(handler.lines[0].size() == 8192);
}

TEST_CASE("text and shared text reach the client in the order of sending") {
    RecordingHandler handler;
    Server server(handler);
    const auto shared = std::make_shared<const std::string>("shared\n");
    handler.on_line = [&](net::ConnectionId id, std::string_view) {
        server.loop().send(id, "before\n");
        server.loop().send(id, shared);
        server.loop().send(id, "after\n");
    };
    const Client client(server.port());
    client.send("go\n");
    CHECK(client.read_until("after\n") == "before\nshared\nafter\n");
}

TEST_CASE("what is sent just before closing still arrives") {
    RecordingHandler handler;
    Server server(handler);
    handler.on_line = [&](net::ConnectionId id, std::string_view) {
        server.loop().send(id, "farewell\n");
        server.loop().close(id);
    };
    const Client client(server.port());
    client.send("go\n");
    CHECK(client.read_until("never") == "farewell\n");
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == net::CloseReason::by_us);
}

TEST_CASE("lines behind the one that closed the connection are handed over as late") {
    RecordingHandler handler;
    Server server(handler);
    handler.on_line = [&](net::ConnectionId id, std::string_view) { server.loop().close(id); };
    const Client client(server.port());
    client.send("first\nsecond\n\nthird\nhalf");
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.lines == std::vector<std::string>{"first"});
    CHECK(handler.late_lines == std::vector<std::string>{"second", "third"});
}

TEST_CASE("lines behind one that is too long are late, and it is none of them") {
    RecordingHandler handler;
    Server server(handler);
    const Client client(server.port());
    client.send("first\n" + std::string(9000, 'x') + "\nbehind\n");
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == net::CloseReason::line_too_long);
    CHECK(handler.lines == std::vector<std::string>{"first"});
    // TCP may have cut it in two; then the rest is not read.
    CHECK(handler.late_lines.size() <= 1);
    for (const auto& line : handler.late_lines) CHECK(line == "behind");
}

TEST_CASE("of a connection that another one's line closed, what came in the same turn is late") {
    RecordingHandler handler;
    Server server(handler);
    const Client one(server.port());
    const Client other(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2; }));
    const auto ids = handler.open_ids;
    handler.on_line = [&](net::ConnectionId id, std::string_view) {
        server.loop().close(id == ids[0] ? ids[1] : ids[0]);
    };
    // Both have sent before the loop looks.
    std::promise<void> sent;
    server.loop().post([&] { sent.get_future().wait(); });
    one.send("a\n");
    other.send("b\n");
    sent.set_value();
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.lines.size() == 1);
    CHECK(handler.late_lines.size() == 1);
}

TEST_CASE("a reader who takes nothing is dropped and the others are served") {
    RecordingHandler handler;
    Server server(handler, {.limits = {.output_size_max = 64 * 1024}});
    const auto big = std::make_shared<const std::string>(std::string(32 * 1024, 'x') + "\n");
    handler.on_line = [&](net::ConnectionId id, std::string_view line) {
        if (line == "flood") {
            for (int i = 0; i < 1000; ++i) server.loop().send(id, big);
        } else {
            server.loop().send(id, "pong\n");
        }
    };
    const Client slow(server.port(), 4096);
    slow.send("flood\n");
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == net::CloseReason::unread_too_much);
    const Client other(server.port());
    other.send("ping\n");
    CHECK(other.read_until("pong\n") == "pong\n");
}

TEST_CASE("a reader who is slow but within bounds gets every byte in order") {
    RecordingHandler handler;
    Server server(handler, {.limits = {.output_size_max = 8 * 1024 * 1024}});
    std::string expected;
    handler.on_line = [&](net::ConnectionId id, std::string_view) {
        for (int i = 0; i < 3000; ++i) {
            const std::string text = std::to_string(i) + std::string(500, 'x') + "\n";
            expected += text;
            if (i % 2 == 0) {
                server.loop().send(id, text);
            } else {
                server.loop().send(id, std::make_shared<const std::string>(text));
            }
        }
        server.loop().send(id, "end\n");
    };
    const Client client(server.port(), 4096);
    client.send("go\n");
    const std::string received = client.read_until("end\n");
    CHECK(received == expected + "end\n");
}

TEST_CASE("a client who leaves is told of once") {
    RecordingHandler handler;
    Server server(handler);
    Client client(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
    client.close();
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.reasons[0] == net::CloseReason::by_peer);
    CHECK(handler.open_ids.empty());
    CHECK(server.loop().load() == 0);
}

TEST_CASE("an id of a connection that is gone reaches nobody") {
    RecordingHandler handler;
    Server server(handler);
    net::ConnectionId first;
    handler.on_opened = [&](net::ConnectionId id) { first = id; };
    Client gone(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
    handler.on_opened = [](net::ConnectionId) {};
    gone.close();
    REQUIRE(handler.wait([&] { return handler.open_ids.empty(); }));
    const Client next(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 1; }));
    CHECK(handler.open_ids[0].slot == first.slot);
    server.loop().post([&] {
        server.loop().send(first, "for the dead\n");
        server.loop().close(first);
        server.loop().send(handler.open_ids[0], "for the living\n");
    });
    CHECK(next.read_until("living\n") == "for the living\n");
}

TEST_CASE("a deadline passes once, at the time set last") {
    RecordingHandler handler;
    Server server(handler);
    handler.on_opened = [&](net::ConnectionId id) {
        server.loop().set_deadline(id, server.loop().now() + std::chrono::hours(1));
        server.loop().set_deadline(id, server.loop().now() + std::chrono::milliseconds(1));
    };
    handler.on_deadline = [&](net::ConnectionId id) { server.loop().close(id); };
    const Client client(server.port());
    CHECK(client.closed_by_server());
    REQUIRE(handler.wait([&] { return handler.reasons.size() == 1; }));
    CHECK(handler.deadlines == 1);
}

TEST_CASE("tasks of many threads run in the order each thread posted them") {
    RecordingHandler handler;
    Server server(handler);
    constexpr int threads = 4;
    constexpr int tasks = 2000;
    std::vector<std::vector<int>> ran(threads);
    std::atomic<int> left = threads * tasks;
    std::promise<void> done;
    std::vector<std::thread> posters;
    for (std::size_t t = 0; t < threads; ++t) {
        posters.emplace_back([&, t] {
            for (int i = 0; i < tasks; ++i) {
                server.loop().post([&, t, i] {
                    ran[t].push_back(i);
                    if (--left == 0) done.set_value();
                });
            }
        });
    }
    for (auto& poster : posters) poster.join();
    REQUIRE(done.get_future().wait_for(test::patience) == std::future_status::ready);
    for (const auto& order : ran) {
        CHECK(order.size() == tasks);
        CHECK(std::is_sorted(order.begin(), order.end()));
    }
}

TEST_CASE("a client that floods keeps nobody waiting for more than its turn") {
    RecordingHandler handler;
    Server server(handler);
    const Client flooder(server.port());
    const Client quiet(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2; }));
    std::promise<void> busy;
    std::promise<void> sent;
    server.loop().post([&] {
        busy.set_value();
        sent.get_future().wait();
    });
    busy.get_future().wait();
    const std::string line(1023, 'x');
    constexpr std::size_t lines = 40;  // they fit into the socket's buffers
    std::string flood;
    for (std::size_t i = 0; i < lines; ++i) flood += line + "\n";
    flooder.send(flood);
    quiet.send("please\n");
    sent.set_value();
    REQUIRE(handler.wait([&] { return handler.lines.size() == lines + 1; }));
    const auto please = std::find(handler.lines.begin(), handler.lines.end(), "please");
    CHECK(please - handler.lines.begin() <= 16);  // KiB
}

TEST_CASE("stopping closes every connection and tells the handler") {
    RecordingHandler handler;
    Server server(handler);
    const Client a(server.port());
    const Client b(server.port());
    REQUIRE(handler.wait([&] { return handler.open_ids.size() == 2; }));
    server.loop().stop();
    CHECK(a.closed_by_server());
    CHECK(b.closed_by_server());
    CHECK(handler.reasons == std::vector{net::CloseReason::stopped, net::CloseReason::stopped});
}

TEST_CASE("tasks posted after the stop are dropped") {
    RecordingHandler handler;
    Server server(handler);
    server.loop().stop();
    bool ran = false;
    server.loop().post([&] { ran = true; });
    server.loop().stop();
    CHECK_FALSE(ran);
}
