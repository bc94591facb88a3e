// Signals are raised by the test in its own process.
#include "common/runtime/stop_signal.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <thread>

using namespace lode;
using namespace std::chrono_literals;
using lode::runtime::StopSignal;
using lode::runtime::Wake;

namespace {

SteadyTime in(Duration time) {
    return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST_CASE("a wait without news ends at its deadline") {
    StopSignal signal;
    CHECK(signal.wait(in(0ms)) == Wake::deadline);
    const auto deadline = in(2ms);
    CHECK(signal.wait(deadline) == Wake::deadline);
    CHECK(std::chrono::steady_clock::now() >= deadline);
}

TEST_CASE("news from another thread end the wait, once") {
    StopSignal signal;
    std::thread other([&] { signal.notify(); });
    CHECK(signal.wait(in(1min)) == Wake::notified);
    other.join();
    CHECK(signal.wait(in(0ms)) == Wake::deadline);
}

TEST_CASE("both stop signals are told, each once") {
    StopSignal signal;
    std::raise(SIGTERM);
    std::raise(SIGINT);
    CHECK(signal.wait(in(1min)) == Wake::stop_signal);
    CHECK(signal.wait(in(1min)) == Wake::stop_signal);
    CHECK(signal.wait(in(0ms)) == Wake::deadline);
}

TEST_CASE("SIGHUP does not end the process, it is told as the wish to reload") {
    StopSignal signal;
    std::raise(SIGHUP);
    CHECK(signal.wait(in(1min)) == Wake::reload_signal);
    CHECK(signal.wait(in(0ms)) == Wake::deadline);
}

TEST_CASE("a stop signal is told before other news") {
    StopSignal signal;
    signal.notify();
    std::raise(SIGTERM);
    CHECK(signal.wait(in(1min)) == Wake::stop_signal);
    CHECK(signal.wait(in(1min)) == Wake::notified);
}
