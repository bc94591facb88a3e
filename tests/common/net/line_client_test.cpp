// Connections over loopback; the test's thread is the executor's.
#include "common/net/line_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "tests/support/line_peer.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace std::chrono_literals;

namespace {

struct Seen {
    bool connected = false;
    std::vector<std::string> lines;
    std::vector<Error> closed;
};

net::LineHandlers into(Seen& seen) {
    return {[&seen] { seen.connected = true; },
            [&seen](std::string line) { seen.lines.push_back(std::move(line)); },
            [&seen](const Error& reason) { seen.closed.push_back(reason); }};
}

struct Fixture {
    test::LinePeer peer;
    test::WaitingScheduler executor;
    net::LineConnector connector;
    Seen seen;

    std::unique_ptr<net::LineClient> connect(net::LineClientOptions options = {}) {
        options.host = "127.0.0.1";
        options.port = peer.port();
        return connector.connect(std::move(options), executor, into(seen));
    }
    std::unique_ptr<net::LineClient> connected(net::LineClientOptions options = {}) {
        auto client = connect(std::move(options));
        peer.accept();
        executor.run_until([&] { return seen.connected; });
        return client;
    }
    const Error& closing() {
        executor.run_until([&] { return !seen.closed.empty(); });
        return seen.closed.front();
    }
};

}  // namespace

TEST_CASE("lines go both ways whole, however the bytes are cut") {
    Fixture test;
    const auto client = test.connected();
    REQUIRE(client->send("first\nsecond\n"));
    REQUIRE(client->send("third\n"));
    CHECK(test.peer.line() == "first");
    CHECK(test.peer.line() == "second");
    CHECK(test.peer.line() == "third");
    test.peer.send("a");
    test.peer.send("b\r\n\nc");
    test.peer.send("d\n");
    test.executor.run_until([&] { return test.seen.lines.size() == 3; });
    CHECK(test.seen.lines == std::vector<std::string>{"ab", "", "cd"});
}

TEST_CASE("nothing is sent before the connection stands") {
    Fixture test;
    const auto client = test.connect();
    const auto sent = client->send("early\n");
    REQUIRE_FALSE(sent);
    CHECK(sent.error().code == ErrorCode::unavailable);
}

TEST_CASE("a port where nobody listens closes with the reason") {
    Fixture test;
    net::LineClientOptions options{.host = "127.0.0.1"};
    {
        const test::LinePeer gone;
        options.port = gone.port();
    }
    const auto client = test.connector.connect(options, test.executor, into(test.seen));
    CHECK(test.closing().code == ErrorCode::unavailable);
    CHECK(test.closing().context ==
          "127.0.0.1:" + std::to_string(options.port) + ": Connection refused");
    CHECK_FALSE(test.seen.connected);
}

TEST_CASE("the peer's goodbye comes after its last line") {
    Fixture test;
    const auto client = test.connected();
    test.peer.send("last\nhalf");
    test.peer.hang_up();
    CHECK(test.closing().context.ends_with(": closed by the peer"));
    CHECK(test.seen.lines == std::vector<std::string>{"last"});
    CHECK_FALSE(client->send("more\n"));
}

TEST_CASE("a line over the limit closes the connection, one at the limit does not") {
    Fixture test;
    const auto client = test.connected({.line_size_max = 8});
    test.peer.send("12345678\n");
    test.executor.run_until([&] { return !test.seen.lines.empty(); });
    test.peer.send("123456789");
    CHECK(test.closing().code == ErrorCode::malformed);
    CHECK(test.closing().context.ends_with(": a line of more than 8 bytes"));
    CHECK(test.seen.lines == std::vector<std::string>{"12345678"});
}

TEST_CASE("a silent peer is taken for dead") {
    Fixture test;
    const auto client = test.connected({.read_timeout = 20ms});
    CHECK(test.closing().context.ends_with(": silent for too long"));
}

TEST_CASE("what waits to be sent is bounded") {
    Fixture test;
    const auto client = test.connected({.unsent_max = 10});
    const auto refused = client->send("12345678901\n");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::exhausted);
    REQUIRE(client->send("123456789\n"));
    CHECK(test.peer.line() == "123456789");
}

TEST_CASE("a dropped client tells nothing more, even of lines already read") {
    Fixture test;
    std::unique_ptr<net::LineClient> client;
    int lines = 0;
    client =
        test.connector.connect({.host = "127.0.0.1", .port = test.peer.port()}, test.executor,
                               {[&] { test.seen.connected = true; },
                                [&](const std::string&) {
                                    ++lines;
                                    client.reset();
                                },
                                [&](const Error& reason) { test.seen.closed.push_back(reason); }});
    test.peer.accept();
    test.executor.run_until([&] { return test.seen.connected; });
    test.peer.send("one\ntwo\nthree\n");
    test.executor.run_until([&] { return lines > 0; });
    CHECK(test.peer.line() == std::nullopt);
    CHECK(lines == 1);
    CHECK(test.seen.closed.empty());
}
