// Metrics and their Prometheus text.
#include "common/metrics/metrics.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <thread>

using namespace lode;
using namespace std::chrono_literals;
using metrics::Registry;

TEST_CASE("counters and gauges are exposed with help, type and labels") {
    Registry registry("sserver");
    auto shares = registry.counter("shares_total", "Shares by verdict.", {{"verdict", "stale"}});
    auto height = registry.gauge("tip_height", "Height of the tip.");
    shares.increment();
    shares.increment(2);
    height.set(800000);
    CHECK(metrics::exposition(registry) ==
          "# HELP lode_shares_total Shares by verdict.\n"
          "# TYPE lode_shares_total counter\n"
          "lode_shares_total{service=\"sserver\",verdict=\"stale\"} 3\n"
          "# HELP lode_tip_height Height of the tip.\n"
          "# TYPE lode_tip_height gauge\n"
          "lode_tip_height{service=\"sserver\"} 800000\n");
}

TEST_CASE("a histogram's buckets are cumulative and include their upper bound") {
    Registry registry;
    constexpr double bounds[] = {0.25, 1};
    auto delay = registry.histogram("delay_seconds", "Delay.", bounds);
    delay.observe(250ms);
    delay.observe(500ms);
    delay.observe(2s);
    CHECK(delay.count() == 3);
    CHECK(metrics::exposition(registry) ==
          "# HELP lode_delay_seconds Delay.\n"
          "# TYPE lode_delay_seconds histogram\n"
          "lode_delay_seconds_bucket{le=\"0.25\"} 1\n"
          "lode_delay_seconds_bucket{le=\"1\"} 2\n"
          "lode_delay_seconds_bucket{le=\"+Inf\"} 3\n"
          "lode_delay_seconds_sum 2.75\n"
          "lode_delay_seconds_count 3\n");
}

TEST_CASE("numbers are written out where they are whole and as Prometheus reads them otherwise") {
    Registry registry;
    auto gauge = registry.gauge("x", "X.");
    const auto written = [&](double value) {
        gauge.set(value);
        const std::string text = metrics::exposition(registry);
        return text.substr(text.rfind(' ') + 1);
    };
    CHECK(written(123456789012) == "123456789012\n");
    CHECK(written(-0.25) == "-0.25\n");
    CHECK(written(1e300) == "1e+300\n");
    CHECK(written(std::numeric_limits<double>::infinity()) == "inf\n");
}

TEST_CASE("the same name and labels are the same metric") {
    Registry registry;
    auto first = registry.counter("blocks_total", "Blocks.", {{"chain", "btc"}});
    auto again = registry.counter("blocks_total", "Blocks.", {{"chain", "btc"}});
    auto other = registry.counter("blocks_total", "Blocks.", {{"chain", "test"}});
    first.increment();
    CHECK(again.value() == 1);
    CHECK(other.value() == 0);
}

TEST_CASE("backslashes, quotes and newlines are escaped") {
    Registry registry;
    registry.gauge("x", "Two\nlines \\ \"q\".", {{"path", "a\\b\"c\nd"}}).set(-1.5);
    CHECK(metrics::exposition(registry) ==
          "# HELP lode_x Two\\nlines \\\\ \"q\".\n"
          "# TYPE lode_x gauge\n"
          "lode_x{path=\"a\\\\b\\\"c\\nd\"} -1.5\n");
}

TEST_CASE("services of one process are exposed as one family a name") {
    Registry jobmaker("jobmaker");
    Registry sserver("sserver");
    jobmaker.gauge("up", "Whether it serves.").set(1);
    sserver.gauge("up", "Whether it serves.").set(0);
    const Registry* const both[] = {&jobmaker, &sserver};
    CHECK(metrics::exposition(both) ==
          "# HELP lode_up Whether it serves.\n"
          "# TYPE lode_up gauge\n"
          "lode_up{service=\"jobmaker\"} 1\n"
          "lode_up{service=\"sserver\"} 0\n");
}

TEST_CASE("label sets past the limit share one series called other") {
    Registry registry;
    for (std::size_t i = 0; i < metrics::max_label_sets + 10; ++i) {
        registry.counter("errors_total", "Errors.", {{"code", std::to_string(i)}}).increment();
    }
    const std::string text = metrics::exposition(registry);
    CHECK(text.find("code=\"other\"} 10\n") != std::string::npos);
    CHECK(std::ranges::count(text, '\n') == 2 + metrics::max_label_sets + 1);
}

TEST_CASE("counts made by several threads are all there") {
    Registry registry;
    auto counter = registry.counter("events_total", "Events.");
    auto gauge = registry.gauge("open", "Open things.");
    auto times = registry.histogram("event_seconds", "Times.", metrics::latency_seconds);
    constexpr int threads = 4;
    constexpr int rounds = 1000;
    std::vector<std::jthread> workers;
    workers.reserve(threads);
    for (int i = 0; i < threads; ++i) {
        workers.emplace_back([=]() mutable {
            for (int n = 0; n < rounds; ++n) {
                counter.increment();
                gauge.increment();
                times.observe(1ms);
            }
        });
    }
    CHECK_FALSE(metrics::exposition(registry).empty());
    workers.clear();
    CHECK(counter.value() == threads * rounds);
    CHECK(gauge.value() == threads * rounds);
    CHECK(times.count() == threads * rounds);
}
