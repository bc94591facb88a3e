// The bodies of the API: what is known, as JSON. Names and types here are a promise to clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bitcoin/amount.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/live_pool.hpp"
#include "statshttpd/live_windows.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {

struct PoolAnswer {
    std::string chain;
    std::string coin;
    std::string network;
    PoolRates rates;
    Active active;
    std::optional<CurrentJob> job;
    std::optional<LastBlock> last_block;
    UnixTime now;
    std::chrono::milliseconds uptime{};
};

struct NodeAnswer {
    std::string node;
    std::string answer;
    UnixTime answered;
};

struct Block {
    std::uint32_t height = 0;
    bitcoin::Hash256 hash;
    std::string state;
    bitcoin::Satoshi reward;
    std::int64_t confirmations = 0;
    std::string user;
    std::string worker;
    UnixTime found;
    std::vector<NodeAnswer> answers;
};

struct BlocksPage {
    std::int64_t total = 0;  // that fit the filter
    std::vector<Block> rows;
};

// Parts that answers share.
void write_page(json::Writer& writer, std::int64_t total, const Page& page);
void write_rate(json::Writer& writer, std::string_view name, const Measured& measured);
void write_time(json::Writer& writer, std::string_view name, std::optional<UnixTime> time);

[[nodiscard]] std::string to_json(const PoolAnswer& pool);
[[nodiscard]] std::string to_json(const WorkerPage& workers, const Page& page);
[[nodiscard]] std::string to_json(const BlocksPage& blocks, const Page& page);

}  // namespace lode::statshttpd
