// A user's day is summed from his minutes, at most 1,440 for each partition he worked in.
#include "statshttpd/user_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::statshttpd {

Result<std::optional<UserRecord>> UserRepository::find(const std::string& user, UnixTime now) {
    LODE_TRY(const auto users,
             db_.query("SELECT id, created_unix_ms FROM user WHERE name = ?", {user}));
    if (users.empty()) return std::nullopt;
    const std::int64_t id = users.front().integer(0);
    UserRecord record;
    record.first_seen = from_unix_ms(users.front().integer(1));
    LODE_TRY(const auto last,
             db_.query("SELECT MAX(last_share_unix_ms) FROM worker WHERE user_id = ?", {id}));
    if (!last.front().is_null(0)) record.last_share = from_unix_ms(last.front().integer(0));
    LODE_TRY(record.scheme, scheme(id, now));
    LODE_TRY(const auto blocks,
             db_.query("SELECT COUNT(*) FROM block WHERE chain = ? AND user_name = ? AND "
                       "state <> 'rejected' AND state <> 'orphaned'",
                       {chain_, user}));
    record.blocks_found = blocks.front().integer(0);
    LODE_TRY(record.day, day(id, now));
    return std::optional(std::move(record));
}

Result<std::string> UserRepository::scheme(std::int64_t id, UnixTime now) {
    LODE_TRY(const auto rows,
             db_.query("SELECT scheme FROM user_scheme WHERE chain = ? AND user_id = ? AND "
                       "effective_unix_ms <= ? ORDER BY effective_unix_ms DESC LIMIT 1",
                       {chain_, id, to_unix_ms(now)}));
    return rows.empty() ? std::string("base") : rows.front().text(0);
}

// By partition, so that no limb can leave 63 bits (common/db/limbs.hpp).
Result<Measured> UserRepository::day(std::int64_t id, UnixTime now) {
    const UnixTime from = std::chrono::floor<std::chrono::minutes>(now) - std::chrono::hours(24);
    LODE_TRY(const auto rows,
             db_.query("SELECT SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) FROM user_bucket "
                       "WHERE chain = ? AND user_id = ? AND start_unix_ms >= ? "
                       "GROUP BY partition_no",
                       {chain_, id, to_unix_ms(from)}));
    Measured day{.sum = {}, .covered = now - from};
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, db::work_of({row.integer(1), row.integer(2), row.integer(3)}));
        day.sum += Sum{work, row.integer(0)};
    }
    return day;
}

Result<KnownWorkers> UserRepository::workers(const std::string& user, const Page& page,
                                             UnixTime now) {
    LODE_TRY(const auto users, db_.query("SELECT id FROM user WHERE name = ?", {user}));
    if (users.empty()) return failure(ErrorCode::rejected, "no such user");
    const std::int64_t id = users.front().integer(0);
    const std::int64_t since = to_unix_ms(now - offline_kept);
    LODE_TRY(const auto total, db_.query("SELECT COUNT(*) FROM worker WHERE user_id = ? AND "
                                         "last_share_unix_ms >= ?",
                                         {id, since}));
    KnownWorkers workers{.total = total.front().integer(0), .rows = {}};
    LODE_TRY(const auto rows,
             db_.query("SELECT name, last_share_unix_ms FROM worker WHERE user_id = ? AND "
                       "last_share_unix_ms >= ? ORDER BY name LIMIT ? OFFSET ?",
                       {id, since, static_cast<std::int64_t>(page.limit),
                        static_cast<std::int64_t>(page.offset)}));
    for (const db::Row& row : rows) {
        workers.rows.push_back({row.text(0), from_unix_ms(row.integer(1))});
    }
    return workers;
}

}  // namespace lode::statshttpd
