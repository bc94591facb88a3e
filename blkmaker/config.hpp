// blkmaker's settings.
#pragma once

#include <cstdint>

#include "common/config/pool.hpp"

namespace lode::blkmaker {

struct Config {
    std::uint16_t health_port = config::default_health_port("blkmaker");
    bool prefer_own_blocks = true;
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::blkmaker
