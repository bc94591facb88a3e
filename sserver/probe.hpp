// The numbers of one event loop; the label `loop` keeps loops from sharing cache lines.
#pragma once

#include <string>
#include <vector>

#include "common/metrics/metrics.hpp"
#include "sserver/share_validator.hpp"

namespace lode::sserver {

struct LoopProbe {
    LoopProbe(metrics::Registry& registry, std::size_t loop);

    metrics::Counter received_bytes;
    metrics::Counter sent_bytes;
    metrics::Gauge connections;
    metrics::Gauge sessions;  // subscribed and authorised
    metrics::Counter logins_refused;
    metrics::Counter lines_malformed;
    metrics::Counter shares_unstored;
    metrics::Gauge shares_under_way;
    metrics::Counter solved;
    metrics::Histogram accept_latency;
    metrics::Histogram notify_spread;

    // Accepted ones count when they are answered.
    void count(ShareVerdict verdict);

  private:
    std::vector<metrics::Counter> verdicts_;
};

// The numbers of the server as a whole.
struct ServerProbe {
    explicit ServerProbe(metrics::Registry& registry);

    metrics::Counter accepted;
    metrics::Counter turned_away;
    metrics::Counter jobs;
    metrics::Counter jobs_refused;
    metrics::Gauge listening;
    metrics::Gauge solved_unconfirmed;
};

}  // namespace lode::sserver
