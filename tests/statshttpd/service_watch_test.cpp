// Health endpoints of a pool in one process and of services that are away.
#include "statshttpd/service_watch.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>

#include "common/config/pool.hpp"
#include "common/http/server.hpp"

using namespace lode;
using namespace lode::statshttpd;

namespace {

constexpr const char* body = R"({"ready":false,"services":{"sserver":{"ready":true,"detail":""},)"
                             R"("jobmaker":{"ready":false,"detail":"no template yet"}}})";

std::vector<ServiceState> look(ServiceWatch& watch) {
    std::promise<std::vector<ServiceState>> promise;
    watch.look([&](const auto& states) { promise.set_value(states.value()); });
    return promise.get_future().get();
}

}  // namespace

TEST_CASE("ports are those of the configuration, each once") {
    const auto usual = health_ports(config::Document::parse("", "a.toml").value());
    CHECK(usual.size() == config::service_names.size());
    CHECK(usual.front() == 9101);
    const auto changed = health_ports(
        config::Document::parse("[gbtmaker]\nhealth_port = 9200\n[sserver]\nhealth_port = 9200\n",
                                "a.toml")
            .value());
    CHECK(changed.size() == config::service_names.size() - 1);
    CHECK(changed.back() == 9200);
}

TEST_CASE("what an endpoint says of its services is read") {
    const auto states = read_health(body, "here").value();
    REQUIRE(states.size() == 2);
    CHECK(states.front().name == "sserver");
    CHECK(states.front().ready);
    CHECK(states.front().address == "here");
    CHECK(states.back().detail == "no template yet");
    CHECK_FALSE(read_health("<html>", "here"));
    CHECK_FALSE(read_health("{}", "here"));
    CHECK_FALSE(read_health(R"({"services":{"a":{"ready":1,"detail":""}}})", "here"));
}

TEST_CASE("every endpoint that answers is asked, ready or not") {
    http::Router router;
    router.add(http::Method::get, "/healthz",
               [](const http::Request&, const http::Responder& responder) {
                   responder.send({.status = 503, .body = body});
               });
    const auto server = http::Server::start({}, router).value();
    const auto nobody = http::Server::start({}, http::Router()).value().port();
    ServiceWatch watch("127.0.0.1", {nobody, server.port()});
    const auto states = look(watch);
    REQUIRE(states.size() == 2);
    CHECK(states.front().name == "jobmaker");
    CHECK(states.front().address == "127.0.0.1:" + std::to_string(server.port()));
    ServiceWatch alone("127.0.0.1", {nobody});
    CHECK(look(alone).empty());
}
