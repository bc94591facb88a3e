// statshttpd's settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/pool.hpp"
#include "statshttpd/caller.hpp"

namespace lode::statshttpd {

constexpr std::array<std::pair<std::string_view, PrivateData>, 2> setting_names(PrivateData) {
    return {{{"owner", PrivateData::owner}, {"public", PrivateData::everyone}}};
}

struct Config {
    std::uint16_t health_port = config::default_health_port("statshttpd");
    std::string address = "0.0.0.0";
    std::uint16_t port = 8080;
    std::vector<std::string> cors_origins;
    std::vector<std::string> compatible{"btcpool", "ckpool", "public_pool", "short_paths"};
    std::string public_host;  // empty: as each request names it
    PrivateData private_data = PrivateData::owner;
    std::chrono::seconds session_time = std::chrono::hours(24);
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
