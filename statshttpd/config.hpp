// statshttpd's settings.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config/pool.hpp"

namespace lode::statshttpd {

struct Config {
    std::uint16_t health_port = config::default_health_port("statshttpd");
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
    std::vector<std::string> cors_origins;
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::statshttpd
