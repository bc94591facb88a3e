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

TEST_CASE("a router under a prefix adds to the same table") {
    Fixture fixture;
    fixture.router.under("/blkmaker").add(Method::get, "/v1/solved", says("here"));
    CHECK(fixture.ask({.target = "/blkmaker/v1/solved"}).body == "here");
    CHECK(fixture.ask({.target = "/v1/solved"}).status == 404);
}
