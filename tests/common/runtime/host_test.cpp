// One hosted service, through its life.
#include "common/runtime/host.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "tests/common/runtime/tiny_service.hpp"

using namespace lode;
using namespace lode::runtime;
using lode::test::tiny_service;
using lode::test::TinyPool;

namespace {

Result<void> start(Host& host, const TinyPool& pool) {
    std::promise<Result<void>> started;
    host.start(pool.shared, [&](Result<void> result) { started.set_value(std::move(result)); });
    return started.get_future().get();
}

void discard(Host& host) {
    std::promise<void> discarded;
    host.discard([&] { discarded.set_value(); });
    discarded.get_future().wait();
}

Health health(Host& host) {
    std::promise<Health> answer;
    host.ask_health([&](Health told) { answer.set_value(std::move(told)); });
    return answer.get_future().get();
}

}  // namespace

TEST_CASE("a service starts, is healthy, stops and dies on one thread of its own") {
    std::vector<std::thread::id> threads;
    const auto note = [&] { threads.push_back(std::this_thread::get_id()); };
    const auto definition = tiny_service(
        "gbtmaker", {.start =
                         [&](Context&) {
                             note();
                             return Result<void>(success());
                         },
                     .stop =
                         [&](const auto& stopped) {
                             note();
                             stopped();
                         },
                     .health =
                         [&] {
                             note();
                             return Health{.readiness = Readiness::ready, .detail = "fine"};
                         },
                     .destroyed = note});
    const TinyPool pool;
    const auto host = pool.host(definition);
    CHECK(health(*host).readiness == Readiness::not_ready);
    REQUIRE(start(*host, pool));
    CHECK(health(*host).detail == "fine");
    std::promise<void> stopped;
    host->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
    discard(*host);
    REQUIRE(threads.size() == 4);
    CHECK(threads[0] != std::this_thread::get_id());
    CHECK(threads == std::vector(4, threads[0]));
}

TEST_CASE("a service's metrics carry its name") {
    const auto definition =
        tiny_service("gbtmaker", {.start = [](Context& context) {
                         context.metrics.counter("ticks_total", "Ticks.").increment();
                         return Result<void>(success());
                     }});
    const TinyPool pool;
    const auto host = pool.host(definition);
    REQUIRE(start(*host, pool));
    CHECK(metrics::exposition(host->metrics()).find("lode_ticks_total{service=\"gbtmaker\"} 1") !=
          std::string::npos);
    discard(*host);
}

TEST_CASE("a start that fails or throws is an error") {
    const TinyPool pool;
    const auto failing = tiny_service("gbtmaker", {.start = [](Context&) -> Result<void> {
                                          return failure(ErrorCode::conflict, "taken");
                                      }});
    const auto first = pool.host(failing);
    const auto refused = start(*first, pool);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::conflict);
    discard(*first);
    const auto throwing = tiny_service("gbtmaker", {.start = [](Context&) -> Result<void> {
                                           throw std::runtime_error("thrown");
                                       }});
    const auto second = pool.host(throwing);
    const auto result = start(*second, pool);
    REQUIRE(result.has_error());
    CHECK(result.error().code == ErrorCode::internal);
    CHECK(result.error().context == "thrown");
    discard(*second);
}

TEST_CASE("what waits on the loop of a service, and what comes later, does not outlive it") {
    std::atomic<int> ran = 0;
    Scheduler* loop = nullptr;
    std::unique_ptr<Timer> timer;
    const auto definition =
        tiny_service("gbtmaker", {.start =
                                      [&](Context& context) {
                                          loop = &context.loop;
                                          return Result<void>(success());
                                      },
                                  .destroyed = [&] { loop->post([&] { ++ran; }); }});
    const TinyPool pool;
    {
        const auto host = pool.host(definition);
        REQUIRE(start(*host, pool));
        std::promise<void> discarded;
        std::promise<void> past;
        loop->post([&] {
            // Behind this task: the end of the service, then what was posted before it.
            host->discard([&] { discarded.set_value(); });
            timer = loop->after(Duration::zero(), [&] { ++ran; });
            loop->post([&] { ++ran; });
            loop->post([&, told = std::shared_ptr<void>(
                               nullptr, [&](void*) { past.set_value(); })] { ++ran; });
        });
        discarded.get_future().wait();
        past.get_future().wait();  // dropped, not kept
    }
    timer.reset();
    CHECK(ran == 0);
}

TEST_CASE("a service that was never made stops at once") {
    const TinyPool pool;
    const auto definition = tiny_service("gbtmaker");
    const auto host = pool.host(definition);
    std::promise<void> stopped;
    host->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
}
