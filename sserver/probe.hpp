// sserver's metrics.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/metrics/metrics.hpp"
#include "sserver/offence.hpp"
#include "sserver/share_validator.hpp"

namespace lode::sserver {

// Of one event loop: the label `loop` keeps loops from sharing cache lines.
struct LoopProbe {
    LoopProbe(metrics::Registry& registry, std::size_t number)
        : LoopProbe(registry, label(number)) {}

    // Accepted ones count when they are answered.
    void count(ShareVerdict verdict) { verdicts[static_cast<std::size_t>(verdict)].increment(); }

    metrics::Gauge connections;
    metrics::Gauge sessions;
    metrics::Counter sessions_resumed;
    metrics::Counter logins_refused;
    metrics::Counter lines_malformed;
    metrics::Counter login_timeouts;
    metrics::Counter idle_timeouts;
    metrics::Counter shares_unstored;
    metrics::Gauge shares_under_way;
    metrics::Counter solved;
    metrics::Histogram accept_latency;
    metrics::Histogram notify_spread;
    std::vector<metrics::Counter> verdicts;

  private:
    static metrics::Labels label(std::size_t number) { return {{"loop", std::to_string(number)}}; }
    static metrics::Counter timeouts(metrics::Registry& registry, metrics::Labels labels,
                                     std::string_view what) {
        labels.emplace_back("timeout", what);
        return registry.counter("timeouts_total", "Connections closed for saying nothing.", labels);
    }

    LoopProbe(metrics::Registry& registry, const metrics::Labels& loop)
        : connections(registry.gauge("connections", "Open connections.", loop)),
          sessions(registry.gauge("sessions", "Connections subscribed and authorised.", loop)),
          sessions_resumed(registry.counter("sessions_resumed_total",
                                            "Sessions that went on over a new connection.", loop)),
          logins_refused(registry.counter("logins_refused_total",
                                          "Authorisations answered with an error.", loop)),
          lines_malformed(
              registry.counter("lines_malformed_total", "Lines that were no request.", loop)),
          login_timeouts(timeouts(registry, loop, "login")),
          idle_timeouts(timeouts(registry, loop, "idle")),
          shares_unstored(registry.counter("shares_unstored_total",
                                           "Good shares refused because the bus took none.", loop)),
          shares_under_way(
              registry.gauge("shares_under_way", "Shares that are not durable yet.", loop)),
          solved(registry.counter("shares_solved_total", "Shares that met the network's target.",
                                  loop)),
          accept_latency(registry.histogram("accept_seconds",
                                            "From reading a good share to answering it.",
                                            metrics::latency_seconds, loop)),
          notify_spread(registry.histogram(
              "notify_seconds", "From getting a job to having written it to the last miner.",
              metrics::latency_seconds, loop)) {
        for (std::size_t i = 0; i < share_verdicts_count; ++i) {
            metrics::Labels labels = loop;
            labels.emplace_back("verdict", to_string(static_cast<ShareVerdict>(i)));
            verdicts.push_back(
                registry.counter("shares_total", "Shares answered, by verdict.", labels));
        }
    }
};

// Of the guard of all loops.
struct GuardProbe {
    explicit GuardProbe(metrics::Registry& registry)
        : operator_bans(bans_of(registry, "operator")),
          banned_addresses(registry.gauge("banned_addresses", "Addresses banned now.")),
          known_addresses(
              registry.gauge("known_addresses", "Addresses connected or remembered for a while.")) {
        for (std::size_t i = 0; i < offences_count; ++i) {
            const std::string name(to_string(static_cast<Offence>(i)));
            offences.push_back(registry.counter("offences_total",
                                                "Connections closed for what the miner did.",
                                                {{"offence", name}}));
            bans.push_back(bans_of(registry, name));
        }
        for (std::size_t i = 0; i < refusals_count; ++i) {
            const std::string name(to_string(static_cast<Refusal>(i)));
            refused.push_back(registry.counter("connections_refused_total",
                                               "Connections closed at once for their address.",
                                               {{"reason", name}}));
        }
    }

    void count(Offence offence) { offences[static_cast<std::size_t>(offence)].increment(); }
    void count(Refusal refusal) { refused[static_cast<std::size_t>(refusal)].increment(); }
    void count_ban(Offence offence) { bans[static_cast<std::size_t>(offence)].increment(); }

    metrics::Counter operator_bans;
    metrics::Gauge banned_addresses;
    metrics::Gauge known_addresses;
    std::vector<metrics::Counter> offences;
    std::vector<metrics::Counter> bans;
    std::vector<metrics::Counter> refused;

  private:
    static metrics::Counter bans_of(metrics::Registry& registry, const std::string& reason) {
        return registry.counter("bans_total", "Addresses banned.", {{"reason", reason}});
    }
};

// Of the server as a whole.
struct Probe {
    explicit Probe(metrics::Registry& registry)
        : accepted(registry.counter("connections_total", "Connections let in.")),
          turned_away(registry.counter("connections_turned_away_total",
                                       "Connections closed at once by a limit.")),
          jobs(registry.counter("jobs_total", "Jobs handed to miners.")),
          jobs_refused(registry.counter("jobs_refused_total", "Jobs that made no sense.")),
          listening(registry.gauge("listening", "1 while miners are let in.")),
          sessions_parked(registry.gauge("sessions_parked",
                                         "Sessions without a connection that may be resumed.")),
          sessions_parked_bytes(
              registry.gauge("sessions_parked_bytes", "Memory of sessions that may be resumed.")),
          solved_unconfirmed(registry.gauge("solved_unconfirmed",
                                            "Solved shares that no blkmaker is known to have.")) {}

    metrics::Counter accepted;
    metrics::Counter turned_away;
    metrics::Counter jobs;
    metrics::Counter jobs_refused;
    metrics::Gauge listening;
    metrics::Gauge sessions_parked;
    metrics::Gauge sessions_parked_bytes;
    metrics::Gauge solved_unconfirmed;
};

}  // namespace lode::sserver
