// The table of statshttpd's settings.
#include "statshttpd/config.hpp"

namespace lode::statshttpd {

const config::Section<Config>& section() {
    static const auto table =
        config::Section<Config>("statshttpd", "Serves the JSON API: the pool, workers and blocks.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("address", &Config::address,
                     {.help = "IPv4 or IPv6 address of this machine; 0.0.0.0 and :: stand for all.",
                      .min = 1,
                      .max = 45})
            .setting("port", &Config::port, {.help = "TCP port of the API.", .min = 1});
    return table;
}

}  // namespace lode::statshttpd
