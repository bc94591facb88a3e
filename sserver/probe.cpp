// Names and meanings of sserver's metrics.
#include "sserver/probe.hpp"

namespace lode::sserver {
namespace {

metrics::Labels label(std::size_t loop) {
    return {{"loop", std::to_string(loop)}};
}

}  // namespace

LoopProbe::LoopProbe(metrics::Registry& registry, std::size_t loop)
    : received_bytes(
          registry.counter("sserver_received_bytes_total", "Bytes read from miners.", label(loop))),
      sent_bytes(
          registry.counter("sserver_sent_bytes_total", "Bytes written to miners.", label(loop))),
      connections(registry.gauge("sserver_connections", "Open connections.", label(loop))),
      sessions(registry.gauge("sserver_sessions", "Connections that are subscribed and authorised.",
                              label(loop))),
      logins_refused(registry.counter("sserver_logins_refused_total",
                                      "Authorisations answered with an error.", label(loop))),
      lines_malformed(registry.counter("sserver_lines_malformed_total",
                                       "Lines that were no request.", label(loop))),
      shares_unstored(registry.counter("sserver_shares_unstored_total",
                                       "Good shares refused because the bus did not take them.",
                                       label(loop))),
      shares_under_way(registry.gauge("sserver_shares_under_way",
                                      "Shares that are not durable yet.", label(loop))),
      solved(registry.counter("sserver_solved_total", "Shares that met the network's target.",
                              label(loop))),
      accept_latency(registry.histogram("sserver_accept_seconds",
                                        "From reading a good share to answering it.",
                                        metrics::latency_seconds, label(loop))),
      notify_spread(registry.histogram("sserver_notify_seconds",
                                       "From getting a job to having written it to the last miner.",
                                       metrics::latency_seconds, label(loop))) {
    for (std::size_t i = 0; i < share_verdicts_count; ++i) {
        auto labels = label(loop);
        labels.emplace_back("verdict", to_string(static_cast<ShareVerdict>(i)));
        verdicts_.push_back(
            registry.counter("sserver_shares_total", "Shares answered, by verdict.", labels));
    }
}

void LoopProbe::count(ShareVerdict verdict) {
    verdicts_[static_cast<std::size_t>(verdict)].increment();
}

ServerProbe::ServerProbe(metrics::Registry& registry)
    : accepted(registry.counter("sserver_connections_total", "Connections let in.")),
      turned_away(registry.counter("sserver_connections_turned_away_total",
                                   "Connections closed at once by a limit.")),
      jobs(registry.counter("sserver_jobs_total", "Jobs taken from jobmaker.")),
      jobs_refused(registry.counter("sserver_jobs_refused_total", "Jobs that made no sense.")),
      listening(registry.gauge("sserver_listening", "1 while miners are let in.")),
      solved_unconfirmed(registry.gauge("sserver_solved_unconfirmed",
                                        "Solved shares that no blkmaker or bus has confirmed.")) {}

}  // namespace lode::sserver
