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
            .setting("receivers", &Config::receivers,
                     {.help = "Health endpoints of the jobmakers and blkmakers that templates are "
                              "also sent to directly.",
                      .sample = "http://127.0.0.1:9102",
                      .schemes = {"http"}})
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
            .setting("answer_max", &Config::answer_max,
                     {.help = "A node that is silent for so long is passed over at once.",
                      .min = milliseconds(200),
                      .max = seconds(10)})
            .setting("rpc_timeout", &Config::rpc_timeout,
                     {.help = "A call that takes longer has failed, and its node is down.",
                      .min = seconds(1),
                      .max = minutes(2)});
    return table;
}

}  // namespace lode::gbtmaker
