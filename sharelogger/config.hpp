// sharelogger's settings.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "common/config/pool.hpp"

namespace lode::sharelogger {

struct Config {
    std::uint16_t health_port = config::default_health_port("sharelogger");
    std::optional<std::filesystem::path> archive_dir;
};

[[nodiscard]] const config::Section<Config>& section();

// Blocks between halvings of the chain.
[[nodiscard]] std::uint32_t halving_interval_of(const config::ChainConfig& chain);

// Where the archive is: archive_dir, else `<data_dir>/sharelogger/archive`.
[[nodiscard]] std::filesystem::path archive_folder(const Config& config,
                                                   const config::PoolConfig& pool);

}  // namespace lode::sharelogger
