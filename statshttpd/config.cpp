// The table of statshttpd's settings.
#include "statshttpd/config.hpp"

#include <algorithm>

#include "common/config/url.hpp"

namespace lode::statshttpd {
namespace {

// As browsers write an origin, which is compared byte by byte.
std::string origin_problem(const std::string& origin) {
    if (origin == "*") return {};
    const auto url = config::parse_url(origin);
    const bool whole = url && (url.value().scheme == "https" || url.value().scheme == "http") &&
                       url.value().user.empty() && url.value().path.empty();
    return whole ? "" : "is no origin such as https://pool.example, without a path";
}

}  // namespace

bool shows(const Config& config, std::string_view forerunner) {
    return std::ranges::find(config.compatible, forerunner) != config.compatible.end();
}

const config::Section<Config>& section() {
    static const auto table =
        config::Section<Config>("statshttpd", "Serves the JSON API: the pool, workers and blocks.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("address", &Config::address,
                     {.help = "IPv4 or IPv6 address of this machine; 0.0.0.0 and :: stand for all.",
                      .min = 1,
                      .max = 45})
            .setting("port", &Config::port, {.help = "TCP port of the API.", .min = 1})
            .setting("cors_origins", &Config::cors_origins,
                     {.help = "Origins whose pages may read the API in a browser; * for all.",
                      .problem = origin_problem})
            .setting("compatible", &Config::compatible,
                     {.help = "Other pools' APIs that are answered, too, for dashboards and "
                              "widgets made for them.",
                      .choices = {"btcpool", "ckpool", "public_pool", "short_paths"}})
            .setting("public_host", &Config::public_host,
                     {.help = "Name by which miners and browsers reach the pool; without it what "
                              "each request asked for. Set it: users sign it when they sign in.",
                      .max = 255})
            .setting("session_time", &Config::session_time,
                     {.help = "How long a token holds that a user signed in for.",
                      .min = std::chrono::minutes(1),
                      .max = std::chrono::hours(24 * 366)})
            .setting("private_data", &Config::private_data,
                     {.help = "Who may read a user's earnings, balance, payments and settings: the "
                              "owner by a token, or everybody."});
    return table;
}

}  // namespace lode::statshttpd
