// Moves workers' sums on to longer times as they grow old, and deletes what nobody needs any more,
// a bounded piece at a time. Two instances that do so at once only share the work.
#pragma once

#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "sharelogger/worker_rows.hpp"

namespace lode::sharelogger {

class ShareRetention {
  public:
    // Rows of a table moved or deleted at a time: some 50 ms, so that counting hardly waits.
    static constexpr std::int64_t rows_max = 1'000;
    // Ten-minute sums are kept for 24 h, then hours for 7 d; days stay. A little longer, for the
    // first step of a history that begins in the middle of one.
    static constexpr auto buckets_kept = std::chrono::hours(24 + 1);
    static constexpr auto hours_kept = std::chrono::hours(24 * 7 + 3);
    // Cuts deleted at a time: on regtest hundreds of blocks a second cut each partition.
    static constexpr std::int64_t cuts_max = 10'000;
    // A stream ends with its sserver's run; what it left in a spool comes far sooner.
    static constexpr auto silent_streams_kept = std::chrono::hours(24 * 30);

    // The connection outlives it.
    ShareRetention(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    enum class Left : std::uint8_t { nothing, more };
    // Each table's piece is one transaction; after an error some may be done, and all may be tried
    // again. Conflict when another was at the same rows.
    [[nodiscard]] Result<Left> tidy_some(UnixTime now);

  private:
    struct Step {
        const WorkerTable& from;
        const WorkerTable& to;
        UnixTime before;  // rows that begin earlier are moved
    };
    [[nodiscard]] Result<Left> move(const Step& step);
    [[nodiscard]] Result<void> take_away(const WorkerTable& from, const db::Row& row);
    [[nodiscard]] Result<Left> delete_silent_streams(UnixTime before);
    [[nodiscard]] Result<Left> delete_old_cuts();
    [[nodiscard]] Result<Left> delete_old_pool_rows(UnixTime now);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::sharelogger
