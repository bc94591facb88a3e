// Reads the archive back: every share once, in the order it was written, proved again from its
// archived job.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"
#include "sharelogger/share_total.hpp"

namespace lode::v1 {
class Share;
}

namespace lode::sharelogger {

struct SharelogPlace {
    std::filesystem::path folder;
    std::string chain;
    std::optional<std::string> day;  // only what was archived on that day, "2026-11-21"
    // By partition, the offset the database stands at. A frame that reaches further belongs to a
    // transaction that is not committed yet or never will be, and is left aside.
    std::map<std::uint32_t, std::int64_t> committed;
};

// `proof` is the hash of the share's header, or why the share does not hold.
using ShareVisitor =
    std::function<void(const v1::Share& share, const Result<bitcoin::Hash256>& proof)>;

struct SharelogTotals {
    std::map<std::uint32_t, ShareTotal> partitions;
    std::int64_t jobs = 0;  // distinct ones that the shares are on
    std::int64_t bad = 0;   // shares that were not proved
    std::int64_t frames_ahead = 0;

    [[nodiscard]] ShareTotal total() const;
};

// A share that stands in several frames, as two instances may write it, is visited once: stream
// and sequence tell. Fails when the archive is damaged or has no such day.
[[nodiscard]] Result<SharelogTotals> read_sharelog(const SharelogPlace& place,
                                                   const ShareVisitor& visit);

}  // namespace lode::sharelogger
