// gbtmaker's settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/config/pool.hpp"

namespace lode::gbtmaker {

struct Config {
    std::uint16_t health_port = config::default_health_port("gbtmaker");
    std::vector<std::string> receivers;
    std::chrono::milliseconds poll_interval = std::chrono::seconds(1);
    std::chrono::milliseconds template_interval = std::chrono::seconds(5);
    std::chrono::milliseconds full_interval = std::chrono::seconds(15);
    bool empty_on_new_block = true;
    std::chrono::milliseconds lag_after = std::chrono::seconds(10);
    std::chrono::milliseconds failback_after = std::chrono::seconds(30);
    std::chrono::milliseconds answer_max = std::chrono::seconds(1);
    std::chrono::milliseconds rpc_timeout = std::chrono::seconds(10);
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::gbtmaker
