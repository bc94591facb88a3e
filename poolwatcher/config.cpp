// The table of poolwatcher's settings.
#include "poolwatcher/config.hpp"

#include <set>

namespace lode::poolwatcher {

namespace {

const config::Section<WatchedPool>& watched_pool() {
    static const auto table =
        config::Section<WatchedPool>("pool", "A pool whose tip is followed.")
            .setting("name", &WatchedPool::name,
                     {.help = "What it is called in events and metrics.",
                      .min = 1,
                      .max = 64,
                      .required = true,
                      .sample = "other-pool"})
            .setting("url", &WatchedPool::url,
                     {.help = "Where it speaks Stratum.",
                      .required = true,
                      .sample = "stratum+tcp://pool.example:3333",
                      .schemes = {"stratum+tcp"}})
            .setting("user", &WatchedPool::user,
                     {.help = "User name it lets in; nothing is ever mined there.", .max = 256})
            .setting("password", &WatchedPool::password,
                     {.help = "Password, where it wants one.", .max = 256});
    return table;
}

std::string repeated_name(const Config& config) {
    std::set<std::string> names;
    for (const WatchedPool& pool : config.pools) {
        if (!names.insert(pool.name).second) return "two pools are named " + pool.name;
    }
    return {};
}

}  // namespace

const config::Section<Config>& section() {
    using std::chrono::hours;
    using std::chrono::seconds;
    static const auto table =
        config::Section<Config>("poolwatcher", "Follows the tips of other pools.")
            .setting("health_port", &Config::health_port, config::about_health_port())
            .setting("fork_after", &Config::fork_after,
                     {.help = "A pool on another tip than ours for so long raises an alert.",
                      .min = seconds(10),
                      .max = hours(1)})
            // Each has a connection and a few hundred bytes; more than some tens tell no more.
            .list("pool", &Config::pools, watched_pool())
            .check(repeated_name);
    return table;
}

}  // namespace lode::poolwatcher
