// The bodies of the API: what is known, as JSON. Names and types here are a promise to clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bitcoin/amount.hpp"
#include "common/json/writer.hpp"
#include "statshttpd/live_events.hpp"
#include "statshttpd/live_pool.hpp"
#include "statshttpd/live_windows.hpp"
#include "statshttpd/parameters.hpp"

namespace lode::statshttpd {

// What miners are promised now.
struct Promise {
    std::string scheme;
    std::int64_t fee_ppm = 0;
};

// What the database knows of the pool. Effort and luck are in blocks: 1 is as expected.
struct PoolRecord {
    std::optional<double> effort;  // since our last block
    std::optional<double> luck_day;
    std::optional<double> luck_week;
    std::optional<double> luck_month;
    std::optional<Promise> promise;
};

struct PoolAnswer {
    std::string chain;
    std::string coin;
    std::string network;
    PoolRates rates;
    Active active;
    std::optional<CurrentJob> job;
    std::optional<LastBlock> last_block;
    PoolRecord record;
    std::vector<LiveNode> nodes;
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
    std::string credit = "none";        // how far payout has come with it
    std::optional<std::uint32_t> bits;  // the network's target; unknown without work of its time
    std::optional<double> effort;       // work since our block before, in blocks
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

// With four decimals, as text; null for none.
void write_ratio(json::Writer& writer, std::string_view name, std::optional<double> ratio);

[[nodiscard]] std::string to_json(const PoolAnswer& pool);
[[nodiscard]] std::string to_json(const Block& block);
[[nodiscard]] std::string to_json(const WorkerPage& workers, const Page& page);
[[nodiscard]] std::string to_json(const BlocksPage& blocks, const Page& page);

}  // namespace lode::statshttpd
