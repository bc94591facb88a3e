// statshttpd's settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/pool.hpp"

namespace lode::statshttpd {

struct Config {
    std::uint16_t health_port = config::default_health_port("statshttpd");
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
    std::vector<std::string> cors_origins;
    std::vector<std::string> compatible{"btcpool", "ckpool", "public_pool", "short_paths"};
};

// Whose paths are answered, too: what may stand in `compatible`.
namespace forerunners {
inline constexpr std::string_view btcpool = "btcpool";
inline constexpr std::string_view ckpool = "ckpool";
inline constexpr std::string_view public_pool = "public_pool";
inline constexpr std::string_view short_paths = "short_paths";
}  // namespace forerunners

[[nodiscard]] bool shows(const Config& config, std::string_view forerunner);

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::statshttpd
