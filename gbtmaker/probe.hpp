// gbtmaker's metrics.
#pragma once

#include <string>
#include <vector>

#include "common/metrics/metrics.hpp"

namespace lode::gbtmaker {

struct NodeProbe {
    NodeProbe(metrics::Registry& registry, const std::string& url)
        : unusable(registry.gauge("node_unusable", "1 while no template can be had from the node.",
                                  {{"node", url}})),
          preferred(registry.gauge(
              "node_preferred", "1 for the node whose templates are published.", {{"node", url}})),
          rpc(registry.histogram("node_rpc_seconds",
                                 "Time of a call to the node, parsing included.",
                                 metrics::latency_seconds, {{"node", url}})) {
        unusable.set(1);
    }

    metrics::Gauge unusable;
    metrics::Gauge preferred;
    metrics::Histogram rpc;
};

struct Probe {
    Probe(metrics::Registry& registry, const std::vector<std::string>& node_urls)
        : full(registry.counter("templates_published_total", "Templates published.",
                                {{"kind", "full"}})),
          empty(registry.counter("templates_published_total", "Templates published.",
                                 {{"kind", "empty"}})),
          hints(
              registry.counter("template_hints_total", "Tips of other pools that were heard of.")),
          height(registry.gauge("template_height", "Height of the block of the newest template.")) {
        for (const std::string& url : node_urls) nodes.emplace_back(registry, url);
    }

    metrics::Counter full;
    metrics::Counter empty;
    metrics::Counter hints;
    metrics::Gauge height;
    std::vector<NodeProbe> nodes;
};

}  // namespace lode::gbtmaker
