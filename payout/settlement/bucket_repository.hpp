// Rows of user_bucket as the schemes want them, in pieces of time that hold about as many rows as
// memory and the limit on a statement's time allow. Solo work is left out.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/db/db.hpp"
#include "payout/scheme/buckets.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

// Both ends included.
struct TimeRange {
    UnixTime first;
    UnixTime last;
};

class BucketRepository {
  public:
    // The connection outlives it.
    BucketRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // The last `units` at or before `until`.
    [[nodiscard]] Result<Window> window(UnixTime until, Units units);
    // Up to `until`, from the minute on in which the newest bucket with work before it begins.
    // Nothing where there is no work.
    [[nodiscard]] Result<std::optional<TimeRange>> newest_minute(UnixTime until);
    // Of a range, latest first.
    [[nodiscard]] Result<std::vector<BucketSum>> sums(TimeRange range);

    using Each = std::function<Result<void>(std::span<const Bucket>)>;
    // by_start: a bucket each start, user and bits, sorted by start. by_piece: a bucket each piece
    // of the time, user and bits, whose start is the piece's first.
    enum class Grouping : std::uint8_t { by_start, by_piece };
    struct Wanted {
        TimeRange range;
        Grouping grouping = Grouping::by_piece;
        std::optional<UserId> user{};  // only his
    };
    [[nodiscard]] Result<void> rows(const Wanted& wanted, const TermsBook& terms, const Each& each);

    // Of user, day, bits and height epoch, solo too: what a row of user_day takes up.
    struct DaySum {
        UserId user;
        std::uint32_t bits = 0;
        std::int64_t height_epoch = 0;
        bool solo = false;
        std::int64_t shares = 0;
        bitcoin::Work work;
    };
    // Where the next rows at or after `from` begin; a range that holds about as many rows as one
    // transaction takes, and never of two days. Nothing when there are none before `until`.
    [[nodiscard]] Result<std::optional<TimeRange>> next_piece(UnixTime from, UnixTime until);
    [[nodiscard]] Result<std::vector<DaySum>> day_sums(TimeRange piece);
    // Of those alone who chose to be paid per share at any time, and no solo work.
    [[nodiscard]] Result<std::vector<DaySum>> per_share_sums(TimeRange piece);

    // The mean share of the user whose is the largest.
    [[nodiscard]] Result<Units> largest_share(TimeRange range);

    // Rows deleted, at most `most` of those that start before.
    [[nodiscard]] Result<std::int64_t> erase(UnixTime before, std::int64_t most);

  private:
    // How much time a statement takes: grows and shrinks with the rows there were in the last.
    [[nodiscard]] TimeRange piece_from(UnixTime first, UnixTime last) const;
    [[nodiscard]] TimeRange piece_to(UnixTime first, UnixTime last) const;
    void counted(std::int64_t rows);
    [[nodiscard]] Result<std::vector<DaySum>> day_sums_where(TimeRange piece,
                                                             std::string_view condition);
    [[nodiscard]] Result<std::vector<BucketSum>> sums_of(TimeRange piece);
    [[nodiscard]] Result<std::vector<Bucket>> rows_of(const Wanted& piece, const TermsBook& terms);

    db::Connection& db_;
    std::string chain_;
    std::chrono::milliseconds length_ = std::chrono::minutes(10);
};

}  // namespace lode::payout
