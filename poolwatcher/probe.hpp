// poolwatcher's metrics.
#pragma once

#include <string>
#include <vector>

#include "common/metrics/metrics.hpp"

namespace lode::poolwatcher {

struct PoolProbe {
    PoolProbe(metrics::Registry& registry, const std::string& pool);

    metrics::Gauge connected;
    metrics::Gauge lag;
    metrics::Gauge forked;
    metrics::Counter hints;
    metrics::Counter losses;
};

struct Probe {
    Probe(metrics::Registry& registry, const std::vector<std::string>& pool_names);

    std::vector<PoolProbe> pools;
};

}  // namespace lode::poolwatcher
