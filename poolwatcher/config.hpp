// poolwatcher's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/secret.hpp"
#include "common/config/pool.hpp"

namespace lode::poolwatcher {

struct WatchedPool {
    std::string name;
    std::string url;  // stratum+tcp://host:port
    std::string user = "lode.watcher";
    Secret password;
};

struct Config {
    std::uint16_t health_port = config::default_health_port("poolwatcher");
    std::chrono::milliseconds fork_after = std::chrono::minutes(2);
    std::vector<WatchedPool> pools;
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::poolwatcher
