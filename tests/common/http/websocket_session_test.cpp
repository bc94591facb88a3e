// WebSockets of the server on a free loopback port, against a client that speaks the protocol.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <thread>

#include "common/http/client.hpp"
#include "common/http/server.hpp"

using namespace lode;
using namespace lode::http;
using namespace std::chrono_literals;
namespace beast = boost::beast;
namespace asio = boost::asio;

namespace {

std::shared_ptr<const std::string> text(std::string content) {
    return std::make_shared<const std::string>(std::move(content));
}

class Browser {
  public:
    explicit Browser(const Server& server, const std::string& origin = {}) : host_(host(server)) {
        beast::get_lowest_layer(stream_).connect({asio::ip::address_v4::loopback(), server.port()});
        stream_.set_option(
            beast::websocket::stream_base::decorator([origin](beast::websocket::request_type& r) {
                if (!origin.empty()) r.set(beast::http::field::origin, origin);
            }));
        stream_.handshake(answer_, host_, "/live", error_);
    }
    static std::string host(const Server& server) {
        return "127.0.0.1:" + std::to_string(server.port());
    }

    [[nodiscard]] bool open() const { return !error_; }
    [[nodiscard]] unsigned status() const { return answer_.result_int(); }
    void say(const std::string& content) { stream_.write(asio::buffer(content)); }
    // Empty when it was closed.
    std::string hear() {
        beast::flat_buffer buffer;
        stream_.read(buffer, error_);
        return error_ ? std::string() : beast::buffers_to_string(buffer.data());
    }
    [[nodiscard]] unsigned close_code() const { return stream_.reason().code; }
    beast::websocket::stream<asio::ip::tcp::socket>& stream() { return stream_; }

  private:
    asio::io_context context_;
    beast::websocket::stream<asio::ip::tcp::socket> stream_{context_};
    std::string host_;
    beast::websocket::response_type answer_;
    beast::error_code error_;
};

// Says each text back; "flood" brings more than a reader may be behind.
SocketEvents echo(const Request&, const Socket& socket) {
    return {.message =
                [socket](std::string_view said) {
                    if (said != "flood") return socket.send(text("you said " + std::string(said)));
                    const auto much = text(std::string(300'000, 'x'));
                    for (int i = 0; i < 1000; ++i) socket.send(much);
                },
            .closed = [] {}};
}

Server serve(ServerOptions options, SocketOpener opener = echo) {
    Router router;
    router.add_websocket("/live", std::move(opener));
    return Server::start(std::move(options), router).value();
}

}  // namespace

TEST_CASE("texts go both ways, in order") {
    const Server server = serve({});
    Browser browser(server);
    REQUIRE(browser.open());
    for (int i = 0; i < 50; ++i) browser.say(std::to_string(i));
    for (int i = 0; i < 50; ++i) CHECK(browser.hear() == "you said " + std::to_string(i));
}

TEST_CASE("texts may be sent from any thread, also when the client or the server has gone") {
    std::promise<Socket> opened;
    std::promise<void> closed;
    std::optional<Socket> socket;
    {
        const Server server = serve({}, [&](const Request&, Socket given) {
            opened.set_value(std::move(given));
            return SocketEvents{.message = [](std::string_view) {},
                                .closed = [&] { closed.set_value(); }};
        });
        {
            Browser browser(server);
            socket = opened.get_future().get();
            std::thread other([&] { socket->send(text("from elsewhere")); });
            CHECK(browser.hear() == "from elsewhere");
            other.join();
        }
        closed.get_future().wait();
        socket->send(text("nobody hears this"));
    }
    socket->send(text("nor this"));
}

TEST_CASE("a reader that is too far behind is closed with 1013") {
    const Server server = serve({});
    Browser browser(server);
    browser.say("flood");
    while (!browser.hear().empty()) {
    }
    CHECK(browser.close_code() == 1013);
    CHECK(Browser(server).open());
}

TEST_CASE("a reader that never reads is cut off, and the server can go") {
    const Server server = serve({});
    Browser browser(server);
    browser.say("flood");
    Browser other(server);
    other.say("hello");
    CHECK(other.hear() == "you said hello");
}

TEST_CASE("a message above the limit and binary messages end the connection") {
    const Server server = serve({});
    Browser large(server);
    large.say(std::string(5000, 'x'));
    CHECK(large.hear().empty());
    CHECK(large.close_code() == 1009);
    Browser binary(server);
    binary.stream().binary(true);
    binary.say("bytes");
    CHECK(binary.hear().empty());
    CHECK(binary.close_code() == 1007);
}

TEST_CASE("pages of other origins are refused") {
    const Server server = serve({.policy = {.cors_origins = {"https://friend.example"}}});
    CHECK(Browser(server, "http://" + Browser::host(server)).open());
    CHECK(Browser(server, "https://friend.example").open());
    Browser stranger(server, "https://evil.example");
    CHECK_FALSE(stranger.open());
    CHECK(stranger.status() == 403);
}

TEST_CASE("there are only so many WebSockets, and places are given back") {
    const Server server = serve({.websockets_max = 1});
    {
        Browser first(server);
        REQUIRE(first.open());
        CHECK(Browser(server).status() == 503);
        first.stream().close(beast::websocket::close_code::normal);
    }
    const auto end = std::chrono::steady_clock::now() + 5s;
    bool open = false;
    while (!open && std::chrono::steady_clock::now() < end) open = Browser(server).open();
    CHECK(open);
}

TEST_CASE("a client that says too much is closed with 1008") {
    const Server server = serve({.rate = {.per_second = 1, .burst = 3}});
    Browser browser(server);  // the first token
    browser.say("a");
    browser.say("b");
    browser.say("c");
    CHECK(browser.hear() == "you said a");
    CHECK(browser.hear() == "you said b");
    CHECK(browser.hear().empty());
    CHECK(browser.close_code() == 1008);
}

TEST_CASE("a silent client that answers pings stays and one that does not is dropped") {
    std::promise<void> closed;
    const Server server = serve({.idle_timeout = 40ms}, [&](const Request&, const Socket&) {
        return SocketEvents{.message = [](std::string_view) {},
                            .closed = [&] { closed.set_value(); }};
    });
    Browser deaf(server);  // reads nothing and so answers no ping
    REQUIRE(deaf.open());
    CHECK(closed.get_future().wait_for(5s) == std::future_status::ready);
}

TEST_CASE("a plain GET of a WebSocket's path is answered 426") {
    const Server server = serve({});
    Client client({.host = "127.0.0.1", .port = server.port()});
    CHECK(client.request({.target = "/live"}, 5s).value().status == 426);
}
