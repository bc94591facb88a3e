// Routing, seen through a server, because only a server makes responders.
#include <catch2/catch_test_macros.hpp>

#include "common/http/client.hpp"
#include "common/http/server.hpp"

using namespace lode;
using namespace lode::http;
using namespace std::chrono_literals;

namespace {

struct Fixture {
    Router router;
    Server server = Server::start({}, router).value();
    Client client{{.host = "127.0.0.1", .port = server.port()}};

    Response ask(ClientRequest request) { return client.request(request, 5s).value(); }
};

Handler says(std::string text) {
    return [text](const Request&, const Responder& responder) { responder.send({.body = text}); };
}

}  // namespace

TEST_CASE("an unknown path is answered 404 with a JSON body") {
    Fixture fixture;
    const auto answer = fixture.ask({.target = "/nowhere"});
    CHECK(answer.status == 404);
    CHECK(answer.content_type == "application/json");
    CHECK(answer.body == R"({"error":"there is nothing at this path"})");
}

TEST_CASE("while routes are awaited an unknown path is 503 and a known one works") {
    Fixture fixture;
    fixture.router.expect(Router::Routes::awaited);
    fixture.router.add(Method::get, "/x", says("got"));
    CHECK(fixture.ask({.target = "/x"}).status == 200);
    CHECK(fixture.ask({.target = "/y"}).status == 503);
    fixture.router.expect(Router::Routes::complete);
    CHECK(fixture.ask({.target = "/y"}).status == 404);
}

TEST_CASE("another method on a known path is answered 405") {
    Fixture fixture;
    fixture.router.add(Method::get, "/x", says("got"));
    fixture.router.add(Method::post, "/x", says("posted"));
    CHECK(fixture.ask({.target = "/x"}).body == "got");
    CHECK(fixture.ask({.method = Method::post, .target = "/x"}).body == "posted");
    CHECK(fixture.ask({.method = Method::remove, .target = "/x"}).status == 405);
}

TEST_CASE("a name in a path takes one segment, decoded, and is told to the handler") {
    Fixture fixture;
    fixture.router.add(Method::get, "/users/{user}/workers/{worker}",
                       [](const Request& request, const Responder& responder) {
                           responder.send({.body = request.parameters.at("user") + "|" +
                                                   request.parameters.at("worker")});
                       });
    fixture.router.add(Method::get, "/users/{user}", says("a user"));
    fixture.router.add(Method::get, "/users/all", says("all of them"));
    CHECK(fixture.ask({.target = "/users/a%2Fb/workers/rig%201"}).body == "a/b|rig 1");
    CHECK(fixture.ask({.target = "/users/%2E%2E"}).body == "a user");
    CHECK(fixture.ask({.target = "/users/all"}).body == "all of them");
    CHECK(fixture.ask({.method = Method::post, .target = "/users/x"}).status == 405);
    CHECK(fixture.ask({.target = "/users/"}).status == 404);
    CHECK(fixture.ask({.target = "/users/x/"}).status == 404);
    CHECK(fixture.ask({.target = "/users/x/workers"}).status == 404);
}

TEST_CASE("an encoded slash ends no segment") {
    Fixture fixture;
    fixture.router.add(Method::get, "/a/b", says("got"));
    CHECK(fixture.ask({.target = "/a/b"}).status == 200);
    CHECK(fixture.ask({.target = "/a%2Fb"}).status == 404);
    CHECK(fixture.ask({.target = "/a/x/../b"}).status == 404);
}

TEST_CASE("a handler sees the fields and the address of the other end") {
    Fixture fixture;
    fixture.router.add(Method::get, "/x", [](const Request& request, const Responder& responder) {
        responder.send({.body = request.peer + " " + request.fields.at("host")});
    });
    CHECK(fixture.ask({.target = "/x"}).body ==
          "127.0.0.1 127.0.0.1:" + std::to_string(fixture.server.port()));
}

TEST_CASE("a router under a prefix adds to the same table") {
    Fixture fixture;
    fixture.router.under("/blkmaker").add(Method::get, "/v1/solved", says("here"));
    CHECK(fixture.ask({.target = "/blkmaker/v1/solved"}).body == "here");
    CHECK(fixture.ask({.target = "/v1/solved"}).status == 404);
}
