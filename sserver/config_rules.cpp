// Rules out of settings that have been checked.
#include "sserver/config_rules.hpp"

#include <algorithm>

namespace lode::sserver {
namespace {

struct ProfileDifficulties {
    int start = 0;
    int min = exponent_min;
};

ProfileDifficulties difficulties_of(Profile profile) {
    switch (profile) {
        case Profile::small:
            return {.start = -10};
        case Profile::nicehash:
            return {.start = 19, .min = 19};
        case Profile::asic:
            break;
    }
    return {.start = 13};
}

Result<int> exponent_or(const std::optional<std::string>& setting, int otherwise) {
    if (!setting) return otherwise;
    return parse_exponent(*setting);
}

Result<ListenerRules> listener_rules(const ListenerConfig& listener, VardiffOptions pool) {
    const ProfileDifficulties profile = difficulties_of(listener.profile);
    ListenerRules rules;
    rules.vardiff = pool;
    LODE_TRY(const int least, exponent_or(listener.min_difficulty, profile.min));
    LODE_TRY(const int most, exponent_or(listener.max_difficulty, exponent_max));
    rules.vardiff.exponent_min = std::max(pool.exponent_min, least);
    rules.vardiff.exponent_max =
        std::max(std::min(pool.exponent_max, most), rules.vardiff.exponent_min);
    rules.fixed = listener.fixed_difficulty.has_value();
    LODE_TRY(rules.start_exponent,
             exponent_or(rules.fixed ? listener.fixed_difficulty : listener.start_difficulty,
                         profile.start));
    rules.reward = listener.reward;
    return rules;
}

}  // namespace

ShareStreamOptions share_stream_options(const Config& config, const config::BusConfig& bus) {
    ShareStreamOptions options;
    if (bus.url == config::BusConfig().url) {
        // Its commit is on the same disk that a spool would be on.
        const bool fast = config.ack == Acknowledge::fast;
        options.acknowledge = fast ? Acknowledge::fast : Acknowledge::bus;
    } else {
        options.acknowledge = config.ack;
        options.spool_after = config.spool_after;
    }
    return options;
}

ParkingLimits parking_limits(const Config& config) {
    return {config.resume_time, config.max_parked, config.max_parked_memory.bytes};
}

Result<SessionRules> session_rules(const Config& config, const config::ChainConfig& chain) {
    SessionRules rules;
    rules.origin.chain = chain.name;
    rules.users.mode = config.users;
    LODE_TRY(rules.users.network, bitcoin::parse_network(chain.network));
    VardiffOptions vardiff;
    vardiff.shares_per_minute = config.shares_per_minute;
    vardiff.window = config.vardiff_window;
    LODE_TRY(vardiff.exponent_min, parse_exponent(config.min_difficulty));
    LODE_TRY(vardiff.exponent_max, parse_exponent(config.max_difficulty));
    for (const ListenerConfig& listener : config.listeners) {
        LODE_TRY(auto one, listener_rules(listener, vardiff));
        rules.listeners.push_back(one);
    }
    rules.login_timeout = config.login_timeout;
    rules.idle_timeout = config.idle_timeout;
    rules.workers_max = config.max_workers;
    return rules;
}

ConductRules conduct_rules(const Config& config) {
    return {.malformed_max = config.max_malformed,
            .refused_logins_max = config.max_refused_logins,
            .invalid_percent = config.max_invalid_percent};
}

GuardRules guard_rules(const Config& config) {
    GuardRules rules{.connections_max = config.max_connections_per_address,
                     .connects_per_minute = config.max_connects_per_minute,
                     .ban_after = config.ban_after,
                     .ban_window = config.ban_window,
                     .ban_time = config.ban_time,
                     .ban_time_max = config.ban_time_max,
                     .allow = {}};
    for (const std::string& text : config.allow) {
        rules.allow.push_back(AddressRange::parse(text).value());
    }
    return rules;
}

}  // namespace lode::sserver
