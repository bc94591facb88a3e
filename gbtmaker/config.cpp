// The table of gbtmaker's settings.
#include "gbtmaker/config.hpp"

namespace lode::gbtmaker {

const config::Section<Config>& section() {
    using std::chrono::milliseconds;
    using std::chrono::minutes;
    using std::chrono::seconds;
    static const auto table =
        config::Section<Config>("gbtmaker", "Asks the nodes for block templates.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("poll_interval", &Config::poll_interval,
                     {.help = "Time between two looks at each node's chain.",
                      .min = milliseconds(100),
                      .max = minutes(1)})
            .setting("template_interval", &Config::template_interval,
                     {.help = "Time between two templates asked of the preferred node.",
                      .min = milliseconds(500),
                      .max = seconds(30)})
            .setting("full_interval", &Config::full_interval,
                     {.help = "Least time between two templates on one tip, unless fees jump.",
                      .min = seconds(1),
                      .max = seconds(30)})
            .setting("empty_on_new_block", &Config::empty_on_new_block,
                     {.help = "Offer an empty template until the node has made its own."})
            .setting("lag_after", &Config::lag_after,
                     {.help = "A node is lagging when others have had more work for so long.",
                      .min = seconds(1),
                      .max = minutes(10)})
            .setting("failback_after", &Config::failback_after,
                     {.help = "A node that was lost is preferred again after so long in health.",
                      .max = minutes(60)})
            .setting("rpc_timeout", &Config::rpc_timeout,
                     {.help = "A node that answers later than this is down.",
                      .min = seconds(1),
                      .max = minutes(2)});
    return table;
}

}  // namespace lode::gbtmaker
