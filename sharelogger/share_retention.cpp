// A row is taken away only as it was read, and what was read is added to the longer row in the same
// transaction: a share is in one of the three tables at any moment, whoever does it how often.
#include "sharelogger/share_retention.hpp"

#include <algorithm>

#include "common/db/limbs.hpp"
#include "sharelogger/pool_rows.hpp"

namespace lode::sharelogger {
namespace {

// The columns of a query of sums.
enum Column : std::size_t { worker, start, partition, shares, work_0, work_1, work_2 };

}  // namespace

Result<ShareRetention::Left> ShareRetention::tidy_some(UnixTime now) {
    Left left = Left::nothing;
    for (const Step& step : {Step{worker_buckets, worker_hours, now - buckets_kept},
                             Step{worker_hours, worker_days, now - hours_kept}}) {
        LODE_TRY(const Left of_step, move(step));
        left = std::max(left, of_step);
    }
    LODE_TRY(const Left of_streams, delete_silent_streams(now - silent_streams_kept));
    LODE_TRY(const Left of_cuts, delete_old_cuts());
    LODE_TRY(const Left of_pool, delete_old_pool_rows(now));
    return std::max({left, of_streams, of_cuts, of_pool});
}

Result<ShareRetention::Left> ShareRetention::move(const Step& step) {
    std::int64_t moved = 0;
    const std::string select =
        "SELECT worker_id, start_unix_ms, partition_no, shares, work_0, work_1, work_2 FROM " +
        std::string(step.from.name) +
        " WHERE chain = ? AND start_unix_ms < ? ORDER BY start_unix_ms, worker_id, partition_no "
        "LIMIT ?";
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto rows, db_.query(select, {chain_, to_unix_ms(step.before), rows_max}));
        moved = std::ssize(rows);
        WorkerRows longer(step.to);
        // Taken away first: of two instances at the same rows the second waits here, then finds
        // none and has written nothing.
        for (const db::Row& row : rows) {
            LODE_TRY_VOID(take_away(step.from, row));
            LODE_TRY(const auto work,
                     db::work_of({row.integer(work_0), row.integer(work_1), row.integer(work_2)}));
            longer.add({row.integer(worker), from_unix_ms(row.integer(start)),
                        static_cast<std::uint32_t>(row.integer(partition))},
                       {.work = work, .shares = row.integer(shares), .last_share = {}});
        }
        return db_.upsert(longer.upsert(chain_));
    }));
    return moved < rows_max ? Left::nothing : Left::more;
}

// A late share may have been added since the row was read.
Result<void> ShareRetention::take_away(const WorkerTable& from, const db::Row& row) {
    LODE_TRY(const auto taken,
             db_.execute("DELETE FROM " + std::string(from.name) +
                             " WHERE chain = ? AND worker_id = ? AND start_unix_ms = ? AND "
                             "partition_no = ? AND shares = ?",
                         {chain_, row.integer(worker), row.integer(start), row.integer(partition),
                          row.integer(shares)}));
    if (taken == 1) return success();
    return failure(ErrorCode::conflict,
                   "another was at the same rows of " + std::string(from.name));
}

Result<ShareRetention::Left> ShareRetention::delete_silent_streams(UnixTime before) {
    // Debian's SQLite knows DELETE … LIMIT as MySQL does.
    LODE_TRY(const auto deleted,
             db_.execute("DELETE FROM stream_sequence WHERE chain = ? AND updated_unix_ms < ? "
                         "LIMIT ?",
                         {chain_, to_unix_ms(before), rows_max}));
    return deleted < rows_max ? Left::nothing : Left::more;
}

// Of closed minutes whose rows are gone: nobody divides or compares them any more.
Result<ShareRetention::Left> ShareRetention::delete_old_cuts() {
    LODE_TRY(const auto closed,
             db_.query("SELECT closed_before_unix_ms FROM bucket_close WHERE chain = ?", {chain_}));
    if (closed.empty()) return Left::nothing;
    UnixTime before = from_unix_ms(closed.front().integer(0));
    LODE_TRY(const auto oldest,
             db_.query("SELECT MIN(start_unix_ms) FROM user_bucket WHERE chain = ?", {chain_}));
    if (!oldest.front().is_null(0)) {
        before = std::min(before, from_unix_ms(oldest.front().integer(0)));
    }
    LODE_TRY(const auto deleted,
             db_.execute("DELETE FROM round_cut WHERE chain = ? AND cut_unix_ms < ? LIMIT ?",
                         {chain_, to_unix_ms(minute_of(before)), cuts_max}));
    return deleted < cuts_max ? Left::nothing : Left::more;
}

// Their shares are in the longer steps, too.
Result<ShareRetention::Left> ShareRetention::delete_old_pool_rows(UnixTime now) {
    Left left = Left::nothing;
    for (const PoolStep& step : pool_steps) {
        if (step.kept.count() == 0) continue;
        LODE_TRY(const auto deleted,
                 db_.execute("DELETE FROM pool_work WHERE chain = ? AND step_ms = ? AND "
                             "start_unix_ms < ? LIMIT ?",
                             {chain_, step.length.count(), to_unix_ms(now - step.kept), rows_max}));
        if (deleted == rows_max) left = Left::more;
    }
    return left;
}

}  // namespace lode::sharelogger
