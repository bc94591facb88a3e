// What recompute compares the archive with, read in one moment; nothing is changed.
#pragma once

#include <map>
#include <set>
#include <string>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "sharelogger/sum_check.hpp"

namespace lode::sharelogger {

class SumRepository {
  public:
    // The connection outlives it.
    SumRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    struct Stored {
        std::map<std::uint32_t, StoredSums> partitions;
        std::set<UnixTime> blocks;  // when ours were found
        // Rows that begin earlier may have been deleted, as days that were folded are.
        UnixTime kept_from = UnixTime::min();
    };
    // Rows that begin in `time`, which the caller keeps short enough for memory: a row takes some
    // 200 bytes.
    [[nodiscard]] Result<Stored> read(const TimeRange& time);

  private:
    [[nodiscard]] Result<void> read_offsets(Stored& stored);
    [[nodiscard]] Result<void> read_rows(Stored& stored, const TimeRange& time);
    [[nodiscard]] Result<void> read_late(Stored& stored);
    [[nodiscard]] Result<void> read_cuts(Stored& stored);
    [[nodiscard]] Result<void> read_kept(Stored& stored);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::sharelogger
