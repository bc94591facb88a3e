// sharelogger's metrics.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::sharelogger {

struct Probe {
    explicit Probe(metrics::Registry& registry)
        : counted(registry.counter("shares_counted_total", "Shares counted, each once.")),
          repeated(registry.counter("shares_repeated_total",
                                    "Shares delivered again and not counted again.")),
          jobs(registry.counter("jobs_archived_total", "Jobs written to the archive.")),
          restarts(registry.counter("accounting_restarts_total",
                                    "Times the accounts were read anew from the database.")),
          cuts(registry.counter("round_cuts_total",
                                "Partitions whose sums were cut at a block of ours.")),
          inexact_cuts(registry.counter(
              "round_cuts_inexact_total",
              "Those of them whose shares could not be told apart and count behind the block.")),
          assigned(registry.gauge("partitions_assigned",
                                  "Partitions of the share topic that this instance counts.")),
          stopped(registry.gauge("partitions_stopped",
                                 "Partitions that stand still for a gap, a malformed share or a "
                                 "missing job; a person must act.")),
          held(registry.gauge("shares_held", "Shares that wait for their job to be archived.")),
          lag(registry.gauge("share_lag_seconds",
                             "Age of the newest share written when it was written.")),
          batch_time(registry.histogram("share_batch_seconds",
                                        "Time to archive and write one batch of shares.",
                                        metrics::latency_seconds)) {}

    metrics::Counter counted;
    metrics::Counter repeated;
    metrics::Counter jobs;
    metrics::Counter restarts;
    metrics::Counter cuts;
    metrics::Counter inexact_cuts;
    metrics::Gauge assigned;
    metrics::Gauge stopped;
    metrics::Gauge held;
    metrics::Gauge lag;
    metrics::Histogram batch_time;
};

}  // namespace lode::sharelogger
