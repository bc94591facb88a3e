// The metrics of each watched pool.
#include "poolwatcher/probe.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("each pool has its own series") {
    metrics::Registry registry("poolwatcher");
    poolwatcher::Probe probe(registry, {"one", "two"});
    probe.pools[1].connected.set(1);
    probe.pools[0].hints.increment();
    const std::string text = metrics::exposition(registry);
    CHECK(text.find("lode_watched_pool_connected{service=\"poolwatcher\",pool=\"two\"} 1") !=
          std::string::npos);
    CHECK(text.find("lode_watched_pool_hints_total{service=\"poolwatcher\",pool=\"one\"} 1") !=
          std::string::npos);
}
