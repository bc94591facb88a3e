// /healthz and /metrics through a real server; the second that a silent loop is waited for is
// moved by hand.
#include "common/runtime/health_endpoint.hpp"

#include <catch2/catch_test_macros.hpp>
#include <future>

#include "common/http/client.hpp"
#include "tests/common/runtime/tiny_service.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::runtime;
using namespace std::chrono_literals;
using lode::test::tiny_service;
using lode::test::TinyPool;

namespace {

class Endpoint {
  public:
    Endpoint(const TinyPool& pool, std::span<const ServiceDefinition> definitions) {
        for (const auto& definition : definitions) {
            std::promise<void> started;
            hosts_.push_back(pool.host(definition));
            hosts_.back()->start(pool.shared, [&](const Result<void>&) { started.set_value(); });
            started.get_future().wait();
        }
        http::Router router;
        add_health_routes(router, scheduler, {hosts_, bus_metrics_});
        server_.emplace(http::Server::start({}, router).value());
    }
    ~Endpoint() {
        server_.reset();
        for (const auto& host : hosts_) {
            std::promise<void> discarded;
            host->discard([&] { discarded.set_value(); });
            discarded.get_future().wait();
        }
    }
    Endpoint(const Endpoint&) = delete;
    Endpoint& operator=(const Endpoint&) = delete;

    [[nodiscard]] std::future<http::Response> get(std::string target) const {
        return std::async(std::launch::async, [port = server_->port(), target] {
            return http::Client({.host = "127.0.0.1", .port = port})
                .request({.target = target}, 20s)
                .value();
        });
    }
    http::Response wait(std::future<http::Response> answer) {
        scheduler.run_until([&] { return answer.wait_for(0s) == std::future_status::ready; });
        return answer.get();
    }

    test::WaitingScheduler scheduler;

  private:
    metrics::Registry bus_metrics_{"bus"};
    std::vector<std::unique_ptr<Host>> hosts_;
    std::optional<http::Server> server_;
};

test::TinyBehaviour with_health(Health health) {
    return {.health = [health] { return health; }};
}

}  // namespace

TEST_CASE("health is 200 when every service is ready") {
    const TinyPool pool;
    const ServiceDefinition definitions[] = {
        tiny_service("gbtmaker", with_health({Readiness::ready, "at height 7"})),
        tiny_service("jobmaker")};
    Endpoint endpoint(pool, definitions);
    const auto answer = endpoint.wait(endpoint.get("/healthz"));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"ready":true,"services":{)"
                         R"("gbtmaker":{"ready":true,"detail":"at height 7"},)"
                         R"("jobmaker":{"ready":true,"detail":""}}})");
}

TEST_CASE("health is 503 when one service is not ready") {
    const TinyPool pool;
    const ServiceDefinition definitions[] = {
        tiny_service("gbtmaker", with_health({Readiness::not_ready, "no node"})),
        tiny_service("jobmaker")};
    Endpoint endpoint(pool, definitions);
    const auto answer = endpoint.wait(endpoint.get("/healthz"));
    CHECK(answer.status == 503);
    CHECK(answer.body == R"({"ready":false,"services":{)"
                         R"("gbtmaker":{"ready":false,"detail":"no node"},)"
                         R"("jobmaker":{"ready":true,"detail":""}}})");
}

TEST_CASE("a service whose loop is stuck is not ready after a second") {
    const TinyPool pool;
    std::promise<void> asked;
    std::promise<void> unstuck;
    const ServiceDefinition definitions[] = {
        tiny_service("gbtmaker"), tiny_service("jobmaker", {.health = [&] {
                                                   asked.set_value();
                                                   unstuck.get_future().wait();
                                                   return Health{.readiness = Readiness::ready};
                                               }})};
    Endpoint endpoint(pool, definitions);
    auto answer = endpoint.get("/healthz");
    auto stuck = asked.get_future();
    endpoint.scheduler.run_until([&] { return stuck.wait_for(0s) == std::future_status::ready; });
    endpoint.scheduler.advance(1s);
    CHECK(answer.get().status == 503);
    unstuck.set_value();
}

TEST_CASE("metrics of all services are one page") {
    const TinyPool pool;
    const auto counting = [](Context& context) {
        context.metrics.counter("ticks_total", "Ticks.").increment();
        return Result<void>(success());
    };
    const ServiceDefinition definitions[] = {tiny_service("gbtmaker", {.start = counting}),
                                             tiny_service("jobmaker", {.start = counting})};
    Endpoint endpoint(pool, definitions);
    const auto answer = endpoint.wait(endpoint.get("/metrics"));
    CHECK(answer.status == 200);
    CHECK(answer.content_type == metrics::exposition_content_type);
    CHECK(answer.body.find("lode_ticks_total{service=\"gbtmaker\"} 1") != std::string::npos);
    CHECK(answer.body.find("lode_ticks_total{service=\"jobmaker\"} 1") != std::string::npos);
}
