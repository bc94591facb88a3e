// jobmaker's metrics.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::jobmaker {

struct Probe {
    explicit Probe(metrics::Registry& registry)
        : templates(registry.counter("templates_taken_total",
                                     "Templates accepted, from the bus or directly.")),
          templates_refused(registry.counter("templates_refused_total",
                                             "Templates that were stale, malformed or unusable.")),
          jobs_clean(registry.counter("jobs_total", "Jobs published.", {{"clean", "true"}})),
          jobs_update(registry.counter("jobs_total", "Jobs published.", {{"clean", "false"}})),
          proposals_valid(registry.counter(
              "proposals_total", "Blocks proposed to a node as a check.", {{"verdict", "valid"}})),
          proposals_refused(registry.counter("proposals_total",
                                             "Blocks proposed to a node as a check.",
                                             {{"verdict", "refused"}})),
          height(registry.gauge("job_height", "Height of the block of the newest job.")),
          leader(registry.gauge("jobmaker_leader", "1 while this jobmaker makes the jobs.")),
          generation(registry.gauge("jobmaker_generation",
                                    "The highest generation of jobs that was heard of.")),
          template_to_job(
              registry.histogram("template_to_job_seconds",
                                 "From a template's arrival to its job at the first who has it.",
                                 metrics::latency_seconds)) {}

    metrics::Counter templates;
    metrics::Counter templates_refused;
    metrics::Counter jobs_clean;
    metrics::Counter jobs_update;
    metrics::Counter proposals_valid;
    metrics::Counter proposals_refused;
    metrics::Gauge height;
    metrics::Gauge leader;
    metrics::Gauge generation;
    metrics::Histogram template_to_job;
};

}  // namespace lode::jobmaker
