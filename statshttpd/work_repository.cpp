// Sums are taken by partition too, so that no limb can leave 63 bits (common/db/limbs.hpp).
#include "statshttpd/work_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::statshttpd {
namespace {

constexpr std::string_view sums =
    "SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2), COUNT(*) AS row_count";

// Rows of a step's start, a sum's four columns and how many rows were summed.
Result<WorkPoints> points_of(const std::vector<db::Row>& rows, std::int64_t most) {
    WorkPoints points;
    std::int64_t read = 0;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, db::work_of({row.integer(2), row.integer(3), row.integer(4)}));
        points[from_unix_ms(row.integer(0))] += Sum{work, row.integer(1)};
        read += row.integer(5);
    }
    if (read < most) return points;
    return failure(ErrorCode::exhausted, "too many workers for so long a time");
}

// The step of pool_work that the span's is made of.
std::int64_t pool_step(const Span& span) {
    constexpr std::array steps{std::chrono::milliseconds(std::chrono::hours(24)),
                               std::chrono::milliseconds(std::chrono::hours(1))};
    for (const auto step : steps) {
        if (span.step % step == std::chrono::milliseconds(0)) return step.count();
    }
    return std::chrono::milliseconds(std::chrono::minutes(10)).count();
}

}  // namespace

Result<WorkPoints> WorkRepository::pool(const Span& span, const SpanTime& time) {
    LODE_TRY(const auto rows,
             db_.query("SELECT start_unix_ms - start_unix_ms % ? AS step, " + std::string(sums) +
                           " FROM pool_work WHERE chain = ? AND step_ms = ? AND "
                           "start_unix_ms >= ? AND start_unix_ms < ? GROUP BY step, partition_no",
                       {span.step.count(), chain_, pool_step(span), to_unix_ms(time.from),
                        to_unix_ms(time.until)}));
    return points_of(rows, rows_max);
}

// His own minutes are there for two days at least; what is older is in his workers' sums.
Result<WorkPoints> WorkRepository::user(const std::string& name, const Span& span,
                                        const SpanTime& time) {
    LODE_TRY(const auto users, db_.query("SELECT id FROM user WHERE name = ?", {name}));
    if (users.empty()) return failure(ErrorCode::rejected, "no such user");
    const std::int64_t id = users.front().integer(0);
    if (time.until - time.from > std::chrono::hours(24)) {
        return of_workers("w.user_id = ?", {id}, span, time);
    }
    LODE_TRY(
        const auto rows,
        db_.query("SELECT start_unix_ms - start_unix_ms % ? AS step, " + std::string(sums) +
                      " FROM user_bucket WHERE chain = ? AND user_id = ? AND "
                      "start_unix_ms >= ? AND start_unix_ms < ? GROUP BY step, partition_no",
                  {span.step.count(), chain_, id, to_unix_ms(time.from), to_unix_ms(time.until)}));
    return points_of(rows, rows_max);
}

Result<WorkPoints> WorkRepository::worker(const Worker& worker, const Span& span,
                                          const SpanTime& time) {
    LODE_TRY(const auto workers,
             db_.query("SELECT w.id FROM worker w JOIN user u ON u.id = w.user_id WHERE "
                       "u.name = ? AND w.name = ?",
                       {worker.user, worker.name}));
    if (workers.empty()) return failure(ErrorCode::rejected, "no such worker");
    return of_workers("w.id = ?", {workers.front().integer(0)}, span, time);
}

// A share is in one of the three tables at any moment, so one statement finds each once.
Result<WorkPoints> WorkRepository::of_workers(std::string_view who, std::vector<db::Value> ids,
                                              const Span& span, const SpanTime& time) {
    std::string parts;
    std::vector<db::Value> values{span.step.count()};
    for (const char* table : {"worker_bucket", "worker_hour", "worker_day"}) {
        parts += (parts.empty() ? "" : " UNION ALL ") +
                 ("SELECT b.start_unix_ms, b.partition_no, b.shares, b.work_0, b.work_1, b.work_2 "
                  "FROM worker w JOIN " +
                  std::string(table)) +
                 " b ON b.worker_id = w.id WHERE " + std::string(who) +
                 " AND b.chain = ? AND b.start_unix_ms >= ? AND b.start_unix_ms < ?";
        values.insert(values.end(), ids.begin(), ids.end());
        values.insert(values.end(), {chain_, to_unix_ms(time.from), to_unix_ms(time.until)});
    }
    values.emplace_back(rows_max);
    LODE_TRY(const auto rows,
             db_.query("SELECT start_unix_ms - start_unix_ms % ? AS step, " + std::string(sums) +
                           " FROM (" + parts + " LIMIT ?) part GROUP BY step, partition_no",
                       values));
    return points_of(rows, rows_max);
}

Result<std::int64_t> WorkRepository::last_counted() {
    LODE_TRY(const auto rows,
             db_.query("SELECT COALESCE(MAX(updated_unix_ms), 0) FROM stream_sequence "
                       "WHERE chain = ?",
                       {chain_}));
    return rows.front().integer(0);
}

}  // namespace lode::statshttpd
