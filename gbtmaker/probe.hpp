// gbtmaker's metrics.
#pragma once

#include <string>
#include <vector>

#include "common/metrics/metrics.hpp"

namespace lode::gbtmaker {

struct NodeProbe {
    NodeProbe(metrics::Registry& registry, const std::string& url);

    metrics::Gauge unusable;
    metrics::Gauge preferred;
    metrics::Histogram rpc;
};

struct Probe {
    Probe(metrics::Registry& registry, const std::vector<std::string>& node_urls);

    metrics::Counter full;
    metrics::Counter empty;
    metrics::Counter hints;
    metrics::Gauge height;
    std::vector<NodeProbe> nodes;
};

}  // namespace lode::gbtmaker
