// Pieces of time: each statement sums some 100,000 rows, a second at most on either engine.
#include "payout/settlement/bucket_repository.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/db/limbs.hpp"

namespace lode::payout {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t few_rows = 100'000;
constexpr std::int64_t many_rows = 400'000;
constexpr milliseconds shortest = std::chrono::minutes(1);
constexpr milliseconds longest = std::chrono::days(1);

Result<bitcoin::Work> read_work(const db::Row& row, std::size_t first) {
    return db::work_of({row.integer(first), row.integer(first + 1), row.integer(first + 2)});
}

}  // namespace

TimeRange BucketRepository::piece_from(UnixTime first, UnixTime last) const {
    // Schemes and terms change at midnight.
    const UnixTime end = std::min<UnixTime>(first + length_, next_midnight(first));
    return {first, std::min(end - milliseconds(1), last)};
}

TimeRange BucketRepository::piece_to(UnixTime first, UnixTime last) const {
    return {std::max(first, last - length_ + milliseconds(1)), last};
}

void BucketRepository::counted(std::int64_t rows) {
    if (rows < few_rows) length_ = std::min(length_ * 2, longest);
    if (rows > many_rows) length_ = std::max(length_ / 2, shortest);
}

Result<std::vector<BucketSum>> BucketRepository::sums_of(TimeRange piece) {
    LODE_TRY(const auto rows,
             db_.query("SELECT start_unix_ms, bits, COUNT(*), SUM(work_0), SUM(work_1), "
                       "SUM(work_2) FROM user_bucket WHERE chain = ? AND start_unix_ms >= ? AND "
                       "start_unix_ms <= ? AND scheme = 'base' GROUP BY start_unix_ms, bits "
                       "ORDER BY start_unix_ms DESC, bits",
                       {chain_, to_unix_ms(piece.first), to_unix_ms(piece.last)}));
    std::vector<BucketSum> sums;
    sums.reserve(rows.size());
    std::int64_t read = 0;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, read_work(row, 3));
        sums.push_back(
            {from_unix_ms(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)), work});
        read += row.integer(2);
    }
    counted(read);
    return sums;
}

Result<Window> BucketRepository::window(UnixTime until, Units units) {
    Window window;
    for (UnixTime last = until;;) {
        LODE_TRY(const auto newest, db_.query("SELECT MAX(start_unix_ms) FROM user_bucket WHERE "
                                              "chain = ? AND start_unix_ms <= ?",
                                              {chain_, to_unix_ms(last)}));
        if (newest.front().is_null(0)) return window;
        const auto piece = piece_to(from_unix_ms(0), from_unix_ms(newest.front().integer(0)));
        LODE_TRY(const auto sums, sums_of(piece));
        if (!sums.empty()) {
            const Units held = window.held;
            LODE_TRY(window, pplns_window(sums, units - held));
            window.held += held;
            if (window.held >= units) return window;
        }
        last = piece.first - milliseconds(1);
    }
}

Result<std::optional<TimeRange>> BucketRepository::newest_minute(UnixTime until) {
    LODE_TRY(const auto newest,
             db_.query("SELECT start_unix_ms FROM user_bucket WHERE chain = ? AND "
                       "start_unix_ms <= ? AND scheme = 'base' ORDER BY start_unix_ms DESC LIMIT 1",
                       {chain_, to_unix_ms(until)}));
    if (newest.empty()) return std::nullopt;
    const UnixTime start = from_unix_ms(newest.front().integer(0));
    return std::optional(TimeRange{std::chrono::floor<std::chrono::minutes>(start), until});
}

Result<std::vector<BucketSum>> BucketRepository::sums(TimeRange range) {
    std::vector<BucketSum> all;
    for (UnixTime last = range.last; last >= range.first;) {
        LODE_TRY(const auto newest,
                 db_.query("SELECT MAX(start_unix_ms) FROM user_bucket WHERE chain = ? AND "
                           "start_unix_ms >= ? AND start_unix_ms <= ?",
                           {chain_, to_unix_ms(range.first), to_unix_ms(last)}));
        if (newest.front().is_null(0)) break;
        const auto piece = piece_to(range.first, from_unix_ms(newest.front().integer(0)));
        LODE_TRY(const auto sums, sums_of(piece));
        all.insert(all.end(), sums.begin(), sums.end());
        last = piece.first - milliseconds(1);
    }
    return all;
}

Result<std::optional<TimeRange>> BucketRepository::next_piece(UnixTime from, UnixTime until) {
    LODE_TRY(const auto first,
             db_.query("SELECT MIN(start_unix_ms) FROM user_bucket WHERE chain = ? AND "
                       "start_unix_ms >= ? AND start_unix_ms < ?",
                       {chain_, to_unix_ms(from), to_unix_ms(until)}));
    if (first.front().is_null(0)) return std::nullopt;
    return std::optional(
        piece_from(from_unix_ms(first.front().integer(0)), until - milliseconds(1)));
}

Result<void> BucketRepository::rows(const Wanted& wanted, const TermsBook& terms,
                                    const Each& each) {
    UnixTime from = wanted.range.first;
    while (from <= wanted.range.last) {
        LODE_TRY(const auto piece, next_piece(from, wanted.range.last + milliseconds(1)));
        if (!piece) break;
        LODE_TRY(const auto buckets, rows_of({*piece, wanted.grouping, wanted.user}, terms));
        LODE_TRY_VOID(each(buckets));
        from = piece->last + milliseconds(1);
    }
    return success();
}

Result<std::vector<Bucket>> BucketRepository::rows_of(const Wanted& piece, const TermsBook& terms) {
    const std::string start =
        piece.grouping == Grouping::by_start ? "start_unix_ms" : "MIN(start_unix_ms)";
    std::string sql = "SELECT " + start +
                      ", user_id, bits, COUNT(*), SUM(work_0), SUM(work_1), SUM(work_2) FROM "
                      "user_bucket WHERE chain = ? AND start_unix_ms >= ? AND start_unix_ms <= ? "
                      "AND scheme = 'base'";
    std::vector<db::Value> parameters{chain_, to_unix_ms(piece.range.first),
                                      to_unix_ms(piece.range.last)};
    if (piece.user) {
        sql += " AND user_id = ?";
        parameters.emplace_back(piece.user->value());
    }
    sql += " GROUP BY user_id, bits";
    if (piece.grouping == Grouping::by_start) sql += ", start_unix_ms ORDER BY start_unix_ms";
    LODE_TRY(const auto rows, db_.query(sql, parameters));
    std::vector<Bucket> buckets;
    buckets.reserve(rows.size());
    std::int64_t read = 0;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, read_work(row, 4));
        const UserId user(row.integer(1));
        buckets.push_back({.start = piece.grouping == Grouping::by_start
                                        ? from_unix_ms(row.integer(0))
                                        : piece.range.first,
                           .user = user,
                           .bits = static_cast<std::uint32_t>(row.integer(2)),
                           .scheme = terms.scheme_of(user, piece.range.first),
                           .work = work});
        read += row.integer(3);
    }
    counted(read);
    return buckets;
}

Result<std::vector<BucketRepository::DaySum>> BucketRepository::day_sums(TimeRange piece) {
    return day_sums_where(piece, "");
}

Result<std::vector<BucketRepository::DaySum>> BucketRepository::per_share_sums(TimeRange piece) {
    return day_sums_where(piece,
                          "AND scheme = 'base' AND user_id IN (SELECT user_id FROM user_scheme s "
                          "WHERE s.chain = user_bucket.chain AND s.scheme <> 'base') ");
}

Result<std::vector<BucketRepository::DaySum>> BucketRepository::day_sums_where(
    TimeRange piece, std::string_view condition) {
    LODE_TRY(const auto rows,
             db_.query("SELECT user_id, bits, height_epoch, scheme, COUNT(*), SUM(shares), "
                       "SUM(work_0), SUM(work_1), SUM(work_2) FROM user_bucket WHERE chain = ? "
                       "AND start_unix_ms >= ? AND start_unix_ms <= ? " +
                           std::string(condition) + "GROUP BY user_id, bits, height_epoch, scheme",
                       {chain_, to_unix_ms(piece.first), to_unix_ms(piece.last)}));
    std::vector<DaySum> sums;
    sums.reserve(rows.size());
    std::int64_t read = 0;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, read_work(row, 6));
        sums.push_back({.user = UserId(row.integer(0)),
                        .bits = static_cast<std::uint32_t>(row.integer(1)),
                        .height_epoch = row.integer(2),
                        .solo = row.text(3) == "solo",
                        .shares = row.integer(5),
                        .work = work});
        read += row.integer(4);
    }
    counted(read);
    return sums;
}

Result<Units> BucketRepository::largest_share(TimeRange range) {
    Units largest;
    NetworkTable networks;
    for (UnixTime from = range.first;;) {
        LODE_TRY(const auto piece, next_piece(from, range.last + milliseconds(1)));
        if (!piece) return largest;
        LODE_TRY(const auto sums, day_sums(*piece));
        for (const DaySum& sum : sums) {
            if (sum.solo || sum.shares < 1) continue;
            LODE_TRY(const auto network, networks.of(sum.bits));
            const auto share = number(sum.work) / static_cast<Uint128>(sum.shares);
            largest = std::max(largest, units_of(work_of(share), network));
        }
        from = piece->last + milliseconds(1);
    }
}

Result<std::int64_t> BucketRepository::erase(UnixTime before, std::int64_t most) {
    // Debian's SQLite knows DELETE … LIMIT as MySQL does.
    return db_.execute("DELETE FROM user_bucket WHERE chain = ? AND start_unix_ms < ? LIMIT ?",
                       {chain_, to_unix_ms(before), most});
}

}  // namespace lode::payout
