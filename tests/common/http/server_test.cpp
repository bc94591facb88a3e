// The server on a free loopback port, against our client and against raw bytes.
#include "common/http/server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>
#include <thread>

#include "common/http/client.hpp"
#include "tests/common/http/raw_peer.hpp"

using namespace lode;
using namespace lode::http;
using namespace std::chrono_literals;
using lode::test::RawConnection;

namespace {

Server serve(ServerOptions options, Method method, Handler handler) {
    Router router;
    router.add(method, "/x", std::move(handler));
    return Server::start(std::move(options), router).value();
}

Client client_of(const Server& server) {
    return Client({.host = "127.0.0.1", .port = server.port()});
}

void echo(const Request& request, const Responder& responder) {
    responder.send({.status = 201,
                    .body = request.content_type + "|" + request.path + "|" +
                            std::to_string(request.query.size()) + "|" + request.body,
                    .content_type = "text/plain"});
}

}  // namespace

TEST_CASE("a handler sees the request and its answer comes back") {
    const Server server = serve({}, Method::post, echo);
    Client client = client_of(server);
    const auto answer = client.request(
        {.method = Method::post, .target = "/x?a=1&b=2", .body = "hello", .content_type = "text/x"},
        5s);
    REQUIRE(answer);
    CHECK(answer.value().status == 201);
    CHECK(answer.value().content_type == "text/plain");
    CHECK(answer.value().body == "text/x|/x|2|hello");
}

TEST_CASE("HEAD is answered as GET is, without the body") {
    const Server server = serve({}, Method::get, [](const Request&, const Responder& responder) {
        responder.send({.body = "twelve bytes"});
    });
    RawConnection connection = RawConnection::to(server.port());
    connection.send("HEAD /x HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\nConnection: close\r\n\r\n");
    const std::string head = connection.read_until("\r\n\r\n");
    CHECK(head.starts_with("HTTP/1.1 200 "));
    CHECK(head.find("Content-Length: 12\r\n") != head.npos);
    const std::string all = head + connection.read_all();
    CHECK(all.find("\r\n\r\nHTTP/1.1 200 ") != all.npos);
    CHECK(all.ends_with("\r\n\r\ntwelve bytes"));
}

TEST_CASE("OPTIONS tells what may be asked of a path") {
    const Server server = serve({}, Method::get, echo);
    RawConnection connection = RawConnection::to(server.port());
    connection.send("OPTIONS /x HTTP/1.1\r\n\r\n");
    const std::string answer = connection.read_until("\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 204 "));
    CHECK(answer.find("Allow: GET, HEAD, OPTIONS\r\n") != answer.npos);
    CHECK(answer.find("Content-Length") == answer.npos);
    connection.send("OPTIONS /y HTTP/1.1\r\n\r\n");
    CHECK(connection.read_until("\r\n\r\n").starts_with("HTTP/1.1 404 "));
    connection.send("POST /x HTTP/1.1\r\n\r\n");
    const std::string refused = connection.read_until("\r\n\r\n");
    CHECK(refused.starts_with("HTTP/1.1 405 "));
    CHECK(refused.find("Allow: GET, HEAD, OPTIONS\r\n") != refused.npos);
}

TEST_CASE("who has the body already is answered 304 and the connection goes on") {
    const Server server = serve({}, Method::get, [](const Request&, const Responder& responder) {
        responder.send({.body = "same", .caching = public_for(5s)});
    });
    RawConnection connection = RawConnection::to(server.port());
    connection.send("GET /x HTTP/1.1\r\n\r\n");
    const std::string first = connection.read_until("\r\n\r\nsame");
    const auto at = first.find("ETag: ");
    REQUIRE(at != first.npos);
    const std::string tag = first.substr(at + 6, 34);
    connection.send("GET /x HTTP/1.1\r\nIf-None-Match: " + tag + "\r\n\r\n");
    const std::string second = connection.read_until("\r\n\r\n");
    CHECK(second.starts_with("HTTP/1.1 304 "));
    CHECK(second.ends_with("\r\n\r\n"));
    connection.send("GET /x HTTP/1.1\r\n\r\n");
    CHECK(connection.read_until("\r\n\r\nsame").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("what a policy says is on every answer, the server's own too") {
    const Server server =
        serve({.policy = {.fields = {{"X-Content-Type-Options", "nosniff"}}}}, Method::get, echo);
    for (const char* request :
         {"GET /x HTTP/1.1\r\n\r\n", "GET /y HTTP/1.1\r\n\r\n", "PATCH /x HTTP/1.1\r\n\r\n",
          "GET /%zz HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"}) {
        CAPTURE(request);
        RawConnection connection = RawConnection::to(server.port());
        connection.send(request);
        const std::string head = connection.read_until("\r\n\r\n");
        CHECK(head.find("X-Content-Type-Options: nosniff\r\n") != head.npos);
    }
}

TEST_CASE("a handler may answer later from another thread") {
    std::promise<Responder> kept;
    const Server server = serve({}, Method::get, [&](const Request&, const Responder& responder) {
        kept.set_value(responder);
    });
    std::thread other(
        [responder = kept.get_future()]() mutable { responder.get().send({.body = "late"}); });
    CHECK(client_of(server).request({.target = "/x"}, 5s).value().body == "late");
    other.join();
}

TEST_CASE("a request that no handler answers gets a 500") {
    const Server server = serve({}, Method::get, [](const Request&, const Responder&) {});
    CHECK(client_of(server).request({.target = "/x"}, 5s).value().status == 500);
}

TEST_CASE("only the first answer counts") {
    const Server server = serve({}, Method::get, [](const Request&, const Responder& responder) {
        responder.send({.body = "first"});
        responder.send({.body = "second"});
    });
    Client client = client_of(server);
    CHECK(client.request({.target = "/x"}, 5s).value().body == "first");
    CHECK(client.request({.target = "/x"}, 5s).value().body == "first");
}

TEST_CASE("a responder outlives its server") {
    std::promise<Responder> kept;
    std::optional<Responder> responder;
    {
        const Server server = serve({}, Method::get, [&](const Request&, const Responder& given) {
            kept.set_value(given);
        });
        RawConnection connection = RawConnection::to(server.port());
        connection.send("GET /x HTTP/1.1\r\n\r\n");
        responder = kept.get_future().get();
    }
    responder->send({.body = "nobody hears this"});
}

TEST_CASE("a handler that takes too long is answered 503") {
    std::optional<Responder> kept;
    const Server server =
        serve({.handler_timeout = 1ms}, Method::get,
              [&](const Request&, const Responder& responder) { kept = responder; });
    CHECK(client_of(server).request({.target = "/x"}, 5s).value().status == 503);
}

TEST_CASE("a body above the limit is answered 413") {
    const Server server = serve({.body_max = 1000}, Method::post, echo);
    Client client = client_of(server);
    const std::string at_limit(1000, 'x');
    CHECK(client.request({.method = Method::post, .target = "/x", .body = at_limit}, 5s)
              .value()
              .status == 201);
    // Large enough that the client is still sending when the refusal comes.
    const std::string above(4'000'000, 'x');
    const auto answer = client.request({.method = Method::post, .target = "/x", .body = above}, 5s);
    REQUIRE(answer);
    CHECK(answer.value().status == 413);
}

TEST_CASE("a header above the limit is answered 431") {
    const Server server = serve({.header_max = 500}, Method::get, echo);
    RawConnection connection = RawConnection::to(server.port());
    connection.send("GET /x HTTP/1.1\r\nX: " + std::string(600, 'x') + "\r\n\r\n");
    CHECK(connection.read_until("\r\n").starts_with("HTTP/1.1 431 "));
}

TEST_CASE("what is not HTTP is answered 400") {
    const Server server = serve({}, Method::get, echo);
    RawConnection connection = RawConnection::to(server.port());
    connection.send("{\"id\":1}\r\n\r\n");
    CHECK(connection.read_until("\r\n").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("requests sent without waiting are answered in order on one connection") {
    const Server server = serve({}, Method::get, echo);
    RawConnection connection = RawConnection::to(server.port());
    connection.send("GET /x?1 HTTP/1.1\r\n\r\nGET /x?1&2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    const std::string answers = connection.read_all();
    const auto first = answers.find("|/x|1|");
    REQUIRE(first != answers.npos);
    CHECK(answers.find("|/x|2|", first) != answers.npos);
}

TEST_CASE("a silent connection is closed after the idle time") {
    const Server server = serve({.idle_timeout = 1ms}, Method::get, echo);
    CHECK(RawConnection::to(server.port()).read_all().empty());
}

TEST_CASE("a request that does not come to its end is dropped after the request time") {
    const Server server = serve({.request_timeout = 1ms}, Method::get, echo);
    RawConnection connection = RawConnection::to(server.port());
    connection.send("GET /x HTTP/1.1\r\n");
    CHECK(connection.read_all().empty());
}

TEST_CASE("a connection above the limit is closed at once") {
    const Server server = serve({.connections_max = 1}, Method::get, echo);
    RawConnection first = RawConnection::to(server.port());
    first.send("GET /x HTTP/1.1\r\n\r\n");
    REQUIRE(first.read_until("|/x|0|").starts_with("HTTP/1.1 201 "));
    CHECK(RawConnection::to(server.port()).read_all().empty());
    first.send("GET /x HTTP/1.1\r\n\r\n");
    CHECK(first.read_until("|/x|0|").starts_with("HTTP/1.1 201 "));
}

TEST_CASE("who asks too often is answered 429, each behind a proxy by itself") {
    const Server server =
        serve({.rate = {.per_second = 1, .burst = 2},
               .trusted_proxies = {AddressRange::parse("127.0.0.1").value()}},
              Method::get, [](const Request& request, const Responder& responder) {
                  responder.send({.body = request.peer});
              });
    RawConnection connection = RawConnection::to(server.port());
    const auto ask = [&](const std::string& client) {
        connection.send("GET /x HTTP/1.1\r\nX-Forwarded-For: " + client + "\r\n\r\n");
        return connection.read_until("\r\n\r\n");
    };
    CHECK(ask("192.0.2.1").starts_with("HTTP/1.1 200 "));
    CHECK(ask("192.0.2.1").find("HTTP/1.1 200 ") != std::string::npos);
    const std::string refused = ask("192.0.2.1");
    CHECK(refused.find("HTTP/1.1 429 ") != std::string::npos);
    CHECK(refused.find("Retry-After: 1\r\n") != std::string::npos);
    CHECK(ask("192.0.2.2").find("HTTP/1.1 200 ") != std::string::npos);
    for (int i = 0; i < 20; ++i) {
        CHECK(client_of(server).request({.target = "/x"}, 5s).value().body == "127.0.0.1");
    }
}

TEST_CASE("one client cannot take all connections, a trusted proxy can") {
    ServerOptions options{.connections_per_client_max = 2};
    const Server server = serve(options, Method::get, echo);
    const auto answered = [&](RawConnection& connection) {
        connection.send("GET /x HTTP/1.1\r\n\r\n");
        return connection.read_until("|/x|0|").starts_with("HTTP/1.1 201 ");
    };
    RawConnection first = RawConnection::to(server.port());
    RawConnection second = RawConnection::to(server.port());
    CHECK(answered(first));
    CHECK(answered(second));
    CHECK(RawConnection::to(server.port()).read_all().empty());
    options.trusted_proxies = {AddressRange::parse("127.0.0.0/8").value()};
    const Server behind = serve(options, Method::get, echo);
    std::vector<RawConnection> many;
    for (int i = 0; i < 5; ++i) many.push_back(RawConnection::to(behind.port()));
    for (auto& each : many) {
        each.send("GET /x HTTP/1.1\r\n\r\n");
        CHECK(each.read_until("|/x|0|").starts_with("HTTP/1.1 201 "));
    }
}

TEST_CASE("a taken port is a conflict that names address and port") {
    const Server server = serve({}, Method::get, echo);
    const auto second = Server::start({.port = server.port()}, Router());
    REQUIRE(second.has_error());
    CHECK(second.error().code == ErrorCode::conflict);
    CHECK(second.error().context ==
          "127.0.0.1 port " + std::to_string(server.port()) + " is taken by another program");
}

TEST_CASE("an address that is none of this machine is malformed") {
    for (const auto* address : {"localhost:1", "192.0.2.1", ""}) {
        CAPTURE(address);
        const auto server = Server::start({.address = address}, Router());
        REQUIRE(server.has_error());
        CHECK(server.error().code == ErrorCode::malformed);
    }
}

TEST_CASE("the server listens on IPv6 where the machine has it") {
    const auto server = Server::start({.address = "::1"}, Router());
    if (!server) SKIP("no IPv6 here: " << server.error().context);
    Client client({.host = "::1", .port = server.value().port()});
    CHECK(client.request({.target = "/x"}, 5s).value().status == 404);
}
