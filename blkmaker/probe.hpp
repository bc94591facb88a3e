// blkmaker's metrics.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::blkmaker {

struct Probe {
    explicit Probe(metrics::Registry& registry)
        : solved(registry.counter("solved_shares_total", "Solved shares taken in, each once.")),
          refused(registry.counter("solved_shares_refused_total",
                                   "Solved shares that were malformed or met no target.")),
          submissions(registry.counter("block_submissions_total",
                                       "Answers of nodes to submitblock, of any kind.")),
          refusals(registry.counter("block_refusals_total",
                                    "Answers to submitblock that refuse a block.")),
          followed(registry.gauge("blocks_followed", "Blocks that are not yet final.")),
          templates(registry.gauge("templates_held", "Templates that a block can be built on.")),
          rows_waiting(registry.gauge("block_rows_waiting",
                                      "Changes of rows the database has not taken yet.")),
          latency(registry.histogram("solved_to_submitted_seconds",
                                     "From taking in a solved share to its first submission.",
                                     metrics::latency_seconds)) {}

    metrics::Counter solved;
    metrics::Counter refused;
    metrics::Counter submissions;
    metrics::Counter refusals;
    metrics::Gauge followed;
    metrics::Gauge templates;
    metrics::Gauge rows_waiting;
    metrics::Histogram latency;
};

}  // namespace lode::blkmaker
