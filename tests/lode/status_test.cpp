// What /healthz says, as a person reads it.
#include "lode/status.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/http/server.hpp"

using namespace lode;
using namespace lode::launcher;

TEST_CASE("a line a service, with what it waits for") {
    const auto status =
        read_status(R"({"ready":false,"services":{"gbtmaker":{"ready":true,"detail":""},)"
                    R"("sserver":{"ready":false,"detail":"no job yet"}}})");
    REQUIRE(status);
    CHECK(status.value().ready == Status::Ready::no);
    CHECK(status.value().text ==
          "gbtmaker  ready\n"
          "sserver   not ready: no job yet\n");
}

TEST_CASE("what is no answer of the endpoint is refused") {
    CHECK_FALSE(read_status("<html>"));
    CHECK_FALSE(read_status(R"({"ready":true})"));
    CHECK_FALSE(read_status(R"({"ready":true,"services":{"a":{"ready":1,"detail":""}}})"));
}

TEST_CASE("a pool that is not ready answers all the same, one that is gone does not") {
    http::Router router;
    router.add(http::Method::get, "/healthz", [](const http::Request&, http::Responder responder) {
        responder.send({.status = 503, .body = R"({"ready":false,"services":{}})"});
    });
    std::uint16_t port = 0;
    {
        auto server = http::Server::start({}, router);
        REQUIRE(server);
        port = server.value().port();
        CHECK(ask_status(port).value().ready == Status::Ready::no);
    }
    CHECK(ask_status(port).error().code == ErrorCode::unavailable);
}
