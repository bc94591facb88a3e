// payout's metrics. Amounts are base units; a double holds them exactly up to 2^53.
#pragma once

#include "common/metrics/metrics.hpp"

namespace lode::payout {

struct Probe {
    explicit Probe(metrics::Registry& registry)
        : leads(registry.gauge("payout_leads", "Whether this instance holds payout's lease.")),
          passes(registry.counter("payout_passes_total", "Settlements that came to their end.")),
          failures(registry.counter("payout_failures_total",
                                    "Settlements and payment passes that an error ended.")),
          pass_time(registry.histogram("payout_pass_seconds", "Time of a settlement.",
                                       metrics::latency_seconds)),
          preview_time(registry.histogram("payout_preview_seconds",
                                          "Time to say what a block found now would credit.",
                                          metrics::latency_seconds)),
          last_pass(registry.gauge("payout_last_pass_timestamp_seconds",
                                   "When a settlement last came to its end, unix time.")),
          liability(registry.gauge("payout_liability_base_units",
                                   "What users and fee recipients have not been paid yet.")),
          immature(registry.gauge("payout_immature_base_units",
                                  "The part of the liability that may yet be orphaned.")),
          locked(registry.gauge("payout_locked_base_units",
                                "The part of the liability in payments under way.")),
          paid(registry.gauge("payout_paid_base_units", "All that was ever paid.")),
          reserve(registry.gauge("payout_reserve_base_units", "The reserve's balance.")),
          ruin(registry.gauge("payout_ruin_probability_ratio",
                              "Probability that the reserve is ever used up, for display.")),
          wallet(registry.gauge("payout_wallet_base_units", "The wallet's confirmed coins.")),
          open_payments(registry.gauge("payout_payments_open", "Payments that are not settled.")),
          planned(payments(registry, "planned")),
          sent(payments(registry, "sent")),
          settled(payments(registry, "settled")),
          cancelled(payments(registry, "cancelled")),
          reserve_low(alert(registry, "reserve_low")),
          wallet_full(alert(registry, "wallet_full")),
          payment_stuck(alert(registry, "payment_stuck")),
          unknown_send(alert(registry, "unknown_send")),
          deep_reorg(alert(registry, "deep_reorg")),
          dgm_shares(alert(registry, "dgm_shares")),
          uncredited(alert(registry, "block_uncredited")),
          pps_held_back(alert(registry, "pps_held_back")) {}

    metrics::Gauge leads;
    metrics::Counter passes;
    metrics::Counter failures;
    metrics::Histogram pass_time;
    metrics::Histogram preview_time;
    metrics::Gauge last_pass;
    metrics::Gauge liability;
    metrics::Gauge immature;
    metrics::Gauge locked;
    metrics::Gauge paid;
    metrics::Gauge reserve;
    metrics::Gauge ruin;
    metrics::Gauge wallet;
    metrics::Gauge open_payments;
    metrics::Counter planned;
    metrics::Counter sent;
    metrics::Counter settled;
    metrics::Counter cancelled;
    metrics::Gauge reserve_low;
    metrics::Gauge wallet_full;
    metrics::Gauge payment_stuck;
    metrics::Gauge unknown_send;
    metrics::Gauge deep_reorg;
    metrics::Gauge dgm_shares;
    metrics::Gauge uncredited;
    metrics::Gauge pps_held_back;

  private:
    static metrics::Counter payments(metrics::Registry& registry, const char* what) {
        return registry.counter("payout_payments_total", "Payments by what became of them.",
                                {{"event", what}});
    }
    static metrics::Gauge alert(metrics::Registry& registry, const char* kind) {
        return registry.gauge("payout_alerts", "1 while a person should look.", {{"kind", kind}});
    }
};

}  // namespace lode::payout
