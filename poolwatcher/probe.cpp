// Names and sentences of poolwatcher's metrics.
#include "poolwatcher/probe.hpp"

namespace lode::poolwatcher {

PoolProbe::PoolProbe(metrics::Registry& registry, const std::string& pool)
    : connected(registry.gauge("watched_pool_connected", "1 while the watched pool is connected.",
                               {{"pool", pool}})),
      lag(registry.gauge("watched_pool_lag_seconds",
                         "Its last job on a new tip minus our template; negative: it was first.",
                         {{"pool", pool}})),
      forked(registry.gauge("watched_pool_forked",
                            "1 while the watched pool stays on another tip than ours.",
                            {{"pool", pool}})),
      hints(registry.counter("watched_pool_hints_total", "Tips it had that we did not have yet.",
                             {{"pool", pool}})),
      losses(registry.counter("watched_pool_losses_total",
                              "Connections to it that failed or ended.", {{"pool", pool}})) {}

Probe::Probe(metrics::Registry& registry, const std::vector<std::string>& pool_names) {
    for (const std::string& name : pool_names) pools.emplace_back(registry, name);
}

}  // namespace lode::poolwatcher
