// The command line of `lode ledger` and `lode payout`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace lode::launcher {

enum class Command : std::uint8_t;

// Each command has those it needs, checked for their shape.
struct PayoutOptions {
    std::string user;
    std::string reason;
    std::string scheme;  // base, pps, pps_plus or fpps
    std::string address;
    std::int64_t amount = 0;  // base units; of deposit also negative
    std::int64_t payment = 0;
    std::optional<std::int64_t> fee_rate;  // base units for 1,000 virtual bytes
    std::filesystem::path file;
    std::vector<std::string> txids;  // 64 hexadecimal digits each, in display order
    bool reserve_bears = false;      // what no balance covers
    std::string block;               // height, or hash in display order
    std::string month;               // "2026-11"
    std::string table;               // entries, balances, payments or days
    std::string format;              // csv or json
    std::string from;                // "2026-11-21", in UTC; empty: the beginning
    std::string to;                  // the last day that is told; empty: today
};

struct PayoutParser {
    PayoutOptions& options;
    std::filesystem::path& config;
    std::function<void(Command)> chosen;

    // Adds `ledger` and `payout`.
    void add_to(CLI::App& app);
};

}  // namespace lode::launcher
