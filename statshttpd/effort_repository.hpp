// Work measured in blocks: how many were to be expected of a stretch of time, from pool_work.
// For display: where a stretch begins or ends within a row's time, the row counts by its part.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/db/db.hpp"
#include "statshttpd/answers.hpp"

namespace lode::statshttpd {

// A stretch of pool_work's rows of one step, both ends multiples of the step.
struct StepStretch {
    std::chrono::milliseconds step;
    UnixTime from;
    UnixTime until;
    friend bool operator==(const StepStretch&, const StepStretch&) = default;
};
// What covers from..until with the fewest rows: days inside, hours and ten minutes at the ends as
// long as these are kept; at most 5 stretches of 370 rows a year and partition.
[[nodiscard]] std::vector<StepStretch> cover(UnixTime from, UnixTime until, UnixTime now);

// Efforts of blocks that can no longer change, by hash.
using EffortShelf = std::map<bitcoin::Hash256, double>;

class EffortRepository {
  public:
    // Some 5 MB; then all are computed anew.
    static constexpr std::size_t shelf_max = 50'000;

    // Connection and shelf outlive it.
    EffortRepository(db::Connection& connection, std::string chain, EffortShelf& shelf)
        : db_(connection), chain_(std::move(chain)), shelf_(shelf) {}

    // Blocks that the pool's work in from..until finds on average.
    [[nodiscard]] Result<double> expected(UnixTime from, UnixTime until, UnixTime now);
    // Of each block: the work since our block before it, in blocks; none for one from before any
    // work is known.
    [[nodiscard]] Result<void> add_efforts(std::vector<Block>& blocks, UnixTime now);
    // Effort since the last block, and luck, with what is promised now.
    [[nodiscard]] Result<PoolRecord> pool(UnixTime now);

  private:
    [[nodiscard]] Result<std::optional<UnixTime>> known_since();
    [[nodiscard]] Result<UnixTime> block_before(UnixTime found, UnixTime known);
    [[nodiscard]] Result<std::optional<double>> luck(UnixTime from, UnixTime now);

    db::Connection& db_;
    std::string chain_;
    EffortShelf& shelf_;
};

}  // namespace lode::statshttpd
