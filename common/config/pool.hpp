// The settings that every service shares: where data goes, the bus, the database and the chain
// with its nodes. They stand at the top of lode.toml.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/secret.hpp"
#include "common/config/section.hpp"

namespace lode::config {

struct BusConfig {
    std::string url = "embedded:";
    // The rest concerns Kafka only.
    std::uint32_t replication = 0;  // copies of each record; 0: 3, or as many as there are brokers
    std::string security = "plaintext";  // plaintext, ssl, sasl_plaintext or sasl_ssl
    std::optional<std::filesystem::path> ca_file;
    std::optional<std::filesystem::path> certificate_file;
    std::optional<std::filesystem::path> key_file;
    std::string sasl_mechanism = "PLAIN";
    std::string user;
    Secret password;
};

struct DatabaseConfig {
    std::string url = "sqlite:";
    // The rest concerns MySQL and MariaDB only.
    Secret password;
    std::optional<std::filesystem::path> ca_file;
};

// A node's RPC and notifications. It is entered with user and password or with its cookie.
struct NodeConfig {
    std::string url;  // http://host:port
    std::string user;
    Secret password;
    std::optional<std::filesystem::path> cookie_file;
    std::optional<std::string> zmq;  // tcp://host:port, where the node publishes hashblock
    std::uint32_t priority = 0;      // the lowest healthy node is asked first
};

struct ChainConfig {
    std::string name;
    std::string coin = "bitcoin";
    std::string network;  // main, test, testnet4, signet or regtest
    std::string payout_address;
    std::string coinbase_tag = "/Lode/";
    std::uint32_t maturity = 101;  // confirmations after which a block's reward is final
    std::vector<NodeConfig> nodes;
};

struct PoolConfig {
    std::filesystem::path data_dir = "/var/lib/lode";
    std::string health_address = "127.0.0.1";
    Secret direct_secret;
    BusConfig bus;
    DatabaseConfig database;
    std::vector<ChainConfig> chains;

    // The one chain there is now.
    [[nodiscard]] const ChainConfig& chain() const { return chains.front(); }
};

[[nodiscard]] const Section<PoolConfig>& pool_section();

// Sections of lode.toml besides those of pool_section(): a service accepts all of them and reads
// its own. Their order is that of the health ports from 9101 on.
inline constexpr std::array<std::string_view, 9> service_names = {
    "gbtmaker", "jobmaker",    "sserver",    "blkmaker", "sharelogger",
    "payout",   "poolwatcher", "statshttpd", "proxy"};

[[nodiscard]] constexpr std::uint16_t default_health_port(std::string_view service) {
    std::uint16_t port = 9101;
    for (const std::string_view name : service_names) {
        if (name == service) break;
        ++port;
    }
    return port;
}

// What a service tells about its setting health_port.
[[nodiscard]] About about_health_port();

}  // namespace lode::config
