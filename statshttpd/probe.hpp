// statshttpd's metrics.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::statshttpd {

struct Probe {
    explicit Probe(metrics::Registry& registry)
        : shares(registry.counter("shares_seen_total", "Shares taken into the live windows.")),
          refused(registry.counter("messages_refused_total",
                                   "Messages of the bus that could not be read.")),
          workers(registry.gauge("workers_tracked", "Workers seen in the last hour.")),
          untracked(registry.counter("shares_untracked_total",
                                     "Shares whose worker is one too many to be listed.")),
          history_failures(registry.counter("history_failures_total",
                                            "Requests that the database did not answer.")) {}

    metrics::Counter shares;
    metrics::Counter refused;
    metrics::Gauge workers;
    metrics::Counter untracked;
    metrics::Counter history_failures;
};

}  // namespace lode::statshttpd
