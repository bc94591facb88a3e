// sserver's settings.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/pool.hpp"
#include "sserver/listener_rules.hpp"
#include "sserver/log_address.hpp"
#include "sserver/share_stream.hpp"
#include "sserver/users.hpp"

namespace lode::sserver {

constexpr std::array<std::pair<std::string_view, UserMode>, 3> setting_names(UserMode) {
    return {{{"address", UserMode::address},
             {"registered", UserMode::registered},
             {"open", UserMode::open}}};
}

constexpr std::array<std::pair<std::string_view, Acknowledge>, 3> setting_names(Acknowledge) {
    return {
        {{"bus", Acknowledge::bus}, {"spool", Acknowledge::spool}, {"fast", Acknowledge::fast}}};
}

constexpr std::array<std::pair<std::string_view, Reward>, 2> setting_names(Reward) {
    return {{{"pool", Reward::pool}, {"solo", Reward::solo}}};
}

constexpr std::array<std::pair<std::string_view, LogAddresses>, 3> setting_names(LogAddresses) {
    return {{{"full", LogAddresses::full},
             {"truncated", LogAddresses::truncated},
             {"none", LogAddresses::none}}};
}

// What kind of miners a listener is for: what its difficulties are unless they are set.
enum class Profile : std::uint8_t {
    asic,      // machines of terahashes
    small,     // processors and hobby devices
    nicehash,  // rented hash power: the markets want a difficulty of at least 500,000
};

constexpr std::array<std::pair<std::string_view, Profile>, 3> setting_names(Profile) {
    return {{{"asic", Profile::asic}, {"small", Profile::small}, {"nicehash", Profile::nicehash}}};
}

struct ListenerConfig {
    std::string address = "0.0.0.0";
    std::uint16_t port = 3333;
    Profile profile = Profile::asic;
    std::optional<std::string> start_difficulty;
    std::optional<std::string> fixed_difficulty;
    std::optional<std::string> min_difficulty;
    std::optional<std::string> max_difficulty;
    Reward reward = Reward::pool;
    std::optional<std::filesystem::path> certificate_file;
    std::optional<std::filesystem::path> key_file;
    std::vector<std::string> proxy_from;
};

struct Config {
    std::uint16_t health_port = config::default_health_port("sserver");
    std::optional<std::uint16_t> id;  // empty: leased from the database
    std::optional<std::uint16_t> loops;
    UserMode users = UserMode::address;
    std::vector<std::string> blkmakers;
    std::optional<std::string> backup;
    bool watch_nodes = true;
    std::uint32_t shares_per_minute = 18;
    std::chrono::milliseconds vardiff_window = std::chrono::seconds(120);
    std::string min_difficulty = "2^-16";
    std::string max_difficulty = "2^63";
    std::chrono::milliseconds max_job_age = std::chrono::seconds(120);
    std::chrono::milliseconds job_life = std::chrono::minutes(10);
    std::chrono::milliseconds handshake_timeout = std::chrono::seconds(10);
    std::chrono::milliseconds login_timeout = std::chrono::seconds(30);
    std::chrono::milliseconds idle_timeout = std::chrono::hours(1);
    std::chrono::milliseconds resume_time = std::chrono::minutes(5);
    std::uint32_t max_parked = 100'000;
    config::ByteSize max_parked_memory = {64 * 1024 * 1024};
    std::uint32_t max_connections = 100'000;
    Acknowledge ack = Acknowledge::bus;
    std::chrono::milliseconds spool_after = std::chrono::milliseconds(250);
    // 14 million shares of 300 B: a day at 160 a second, 23 minutes at 10,000.
    config::ByteSize spool_max = {std::uint64_t{4} << 30};
    config::ByteSize max_line = {8 * 1024};
    config::ByteSize max_unread = {256 * 1024};
    std::chrono::milliseconds send_timeout = std::chrono::seconds(60);
    std::uint32_t max_workers = 64;
    std::uint8_t max_malformed = 5;
    std::uint8_t max_refused_logins = 5;
    std::uint8_t max_invalid_percent = 50;
    std::uint32_t max_connections_per_address = 5'000;
    std::uint32_t max_connects_per_minute = 10'000;
    std::uint32_t ban_after = 20;
    std::chrono::milliseconds ban_window = std::chrono::minutes(10);
    std::chrono::milliseconds ban_time = std::chrono::minutes(5);
    std::chrono::milliseconds ban_time_max = std::chrono::hours(1);
    std::vector<std::string> allow;
    LogAddresses log_addresses = LogAddresses::full;
    std::vector<ListenerConfig> listeners = {ListenerConfig()};
};

[[nodiscard]] const config::Section<Config>& section();

}  // namespace lode::sserver
