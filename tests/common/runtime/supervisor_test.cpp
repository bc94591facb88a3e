// Several services, started and stopped together.
#include "common/runtime/supervisor.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <mutex>

#include "tests/common/runtime/tiny_service.hpp"

using namespace lode;
using namespace lode::runtime;
using namespace std::chrono_literals;
using lode::test::tiny_service;
using lode::test::TinyPool;

namespace {

// What happened, from several threads.
class Story {
  public:
    void add(std::string what) {
        const std::lock_guard lock(mutex_);
        told_.push_back(std::move(what));
    }
    [[nodiscard]] std::vector<std::string> told() const {
        const std::lock_guard lock(mutex_);
        return told_;
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> told_;
};

ServiceDefinition telling(Story& story, const std::string& name, Result<void> start) {
    return tiny_service(name == "a" ? "gbtmaker" : "jobmaker",
                        {.start =
                             [&story, name, start](Context&) {
                                 story.add("start " + name);
                                 return start;
                             },
                         .stop =
                             [&story, name](const auto& stopped) {
                                 story.add("stop " + name);
                                 stopped();
                             },
                         .destroyed = [&story, name] { story.add("end " + name); }});
}

}  // namespace

TEST_CASE("services start in order and stop and die in the reverse order") {
    StopSignal signal;
    Story story;
    const TinyPool pool;
    const ServiceDefinition definitions[] = {telling(story, "a", success()),
                                             telling(story, "b", success())};
    std::vector<std::unique_ptr<Host>> hosts;
    for (const auto& definition : definitions) hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    REQUIRE(supervisor.start(pool.shared));
    CHECK(supervisor.stop({1min, 1min}) == Stopped::orderly);
    supervisor.discard();
    CHECK(story.told() ==
          std::vector<std::string>{"start a", "start b", "stop b", "stop a", "end b", "end a"});
}

TEST_CASE("an error names its service; later ones are not begun, earlier ones are stopped") {
    StopSignal signal;
    Story story;
    const TinyPool pool;
    const ServiceDefinition definitions[] = {
        telling(story, "a", failure(ErrorCode::conflict, "taken")), telling(story, "b", success())};
    std::vector<std::unique_ptr<Host>> hosts;
    for (const auto& definition : definitions) hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    const auto started = supervisor.start(pool.shared);
    REQUIRE(started.has_error());
    CHECK(started.error().context == "gbtmaker: taken");
    CHECK(supervisor.stop({1min, 1min}) == Stopped::orderly);
    supervisor.discard();
    CHECK(story.told() == std::vector<std::string>{"start a", "stop a", "end a"});
}

TEST_CASE("a service that does not stop is waited for no longer than the limit") {
    StopSignal signal;
    const TinyPool pool;
    std::function<void()> kept;
    const ServiceDefinition definition =
        tiny_service("gbtmaker", {.stop = [&](auto stopped) { kept = std::move(stopped); }});
    std::vector<std::unique_ptr<Host>> hosts;
    hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    REQUIRE(supervisor.start(pool.shared));
    CHECK(supervisor.stop({1ms, 1min}) == Stopped::not_in_time);
    supervisor.discard();
}

TEST_CASE("a further stop signal ends the patience") {
    StopSignal signal;
    const TinyPool pool;
    std::function<void()> kept;
    const ServiceDefinition definition =
        tiny_service("gbtmaker", {.stop = [&](auto stopped) { kept = std::move(stopped); }});
    std::vector<std::unique_ptr<Host>> hosts;
    hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    REQUIRE(supervisor.start(pool.shared));
    std::raise(SIGTERM);
    CHECK(supervisor.stop({1min, 0ms}) == Stopped::not_in_time);
    supervisor.discard();
}

TEST_CASE("a stop signal told twice does not end the patience") {
    StopSignal signal;
    const TinyPool pool;
    std::function<void()> kept;
    const ServiceDefinition definition =
        tiny_service("gbtmaker", {.stop = [&](auto stopped) { kept = std::move(stopped); }});
    std::vector<std::unique_ptr<Host>> hosts;
    hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    REQUIRE(supervisor.start(pool.shared));
    std::raise(SIGTERM);
    const auto begun = std::chrono::steady_clock::now();
    CHECK(supervisor.stop({50ms, 1min}) == Stopped::not_in_time);
    CHECK(std::chrono::steady_clock::now() - begun >= 50ms);
    supervisor.discard();
}

TEST_CASE("a stop signal during the start is no error of a service") {
    StopSignal signal;
    const TinyPool pool;
    const ServiceDefinition definition = tiny_service("gbtmaker");
    std::vector<std::unique_ptr<Host>> hosts;
    hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    std::raise(SIGTERM);
    const auto started = supervisor.start(pool.shared);
    if (started) {
        supervisor.wait_for_stop_signal();  // the service was quicker: the signal still counts
    } else {
        CHECK(started.error().code == ErrorCode::cancelled);
    }
    CHECK(supervisor.stop({1min, 1min}) == Stopped::orderly);
    supervisor.discard();
}

TEST_CASE("SIGHUP reaches every service, also when it came while they started") {
    StopSignal signal;
    Story story;
    const TinyPool pool;
    // To the process: raise() would leave it to the service's thread, which nobody asks.
    const auto reloading = [&](std::string_view name) {
        return tiny_service(name, {.start =
                                       [](runtime::Context&) {
                                           ::kill(::getpid(), SIGHUP);
                                           return Result<void>(success());
                                       },
                                   .reload =
                                       [&story, name] {
                                           story.add("reload " + std::string(name));
                                           if (name == "jobmaker") ::kill(::getpid(), SIGTERM);
                                       }});
    };
    const ServiceDefinition definitions[] = {reloading("gbtmaker"), reloading("jobmaker")};
    std::vector<std::unique_ptr<Host>> hosts;
    for (const auto& definition : definitions) hosts.push_back(pool.host(definition));
    Supervisor supervisor(signal, hosts);
    REQUIRE(supervisor.start(pool.shared));
    supervisor.wait_for_stop_signal();
    CHECK(supervisor.stop({1min, 1min}) == Stopped::orderly);
    supervisor.discard();
    auto told = story.told();
    std::ranges::sort(told);
    told.erase(std::ranges::unique(told).begin(), told.end());
    CHECK(told == std::vector<std::string>{"reload gbtmaker", "reload jobmaker"});
}
