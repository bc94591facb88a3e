// The table of blkmaker's settings.
#include "blkmaker/config.hpp"

namespace lode::blkmaker {

const config::Section<Config>& section() {
    static const auto table =
        config::Section<Config>("blkmaker", "Submits solved blocks and follows them to maturity.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("prefer_own_blocks", &Config::prefer_own_blocks,
                     {.help = "Tell every node to prefer our block among equals (preciousblock)."});
    return table;
}

}  // namespace lode::blkmaker
