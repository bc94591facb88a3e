// What both forms count of a topic that is written.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::bus {

struct TopicProbe {
    TopicProbe(metrics::Registry& registry, const std::string& topic)
        : queued(registry.gauge("bus_queued_records", "Records sent and not yet durable.",
                                {{"topic", topic}})),
          delivery(registry.histogram("bus_delivery_seconds",
                                      "From sending a record until it is durable.",
                                      metrics::latency_seconds, {{"topic", topic}})),
          failures(registry.counter("bus_delivery_failures_total",
                                    "Failed writes, after which records are sent again.",
                                    {{"topic", topic}})) {}

    metrics::Gauge queued;
    metrics::Histogram delivery;
    metrics::Counter failures;
};

// How far a group is behind the end of the topic.
inline metrics::Gauge lag_gauge(metrics::Registry& registry, const std::string& topic,
                                const std::string& group) {
    return registry.gauge("bus_consumer_lag_records",
                          "Records in the topic that the group has not been handed.",
                          {{"topic", topic}, {"group", group}});
}

}  // namespace lode::bus
