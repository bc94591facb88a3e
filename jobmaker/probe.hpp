// jobmaker's metrics.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::jobmaker {

struct Probe {
    explicit Probe(metrics::Registry& registry);

    metrics::Counter templates;
    metrics::Counter templates_refused;
    metrics::Counter jobs_clean;
    metrics::Counter jobs_update;
    metrics::Counter proposals_valid;
    metrics::Counter proposals_refused;
    metrics::Gauge height;
    metrics::Histogram template_to_job;
};

}  // namespace lode::jobmaker
