// The statements behind recompute.
#include "sharelogger/sum_repository.hpp"

#include "common/db/limbs.hpp"
#include "sharelogger/share_repository.hpp"

namespace lode::sharelogger {
namespace {

// Shares and limbs from column `first` on.
Result<WorkSum> read_sum(const db::Row& row, std::size_t first) {
    LODE_TRY(const auto work,
             db::work_of({row.integer(first + 1), row.integer(first + 2), row.integer(first + 3)}));
    return WorkSum{.work = work, .shares = row.integer(first), .last_share = {}};
}

std::uint32_t partition_of(const db::Row& row) {
    return static_cast<std::uint32_t>(row.integer(0));
}

}  // namespace

Result<SumRepository::Stored> SumRepository::read(const TimeRange& time) {
    Stored stored;
    LODE_TRY_VOID(db_.snapshot([&]() -> Result<void> {
        stored = {};
        LODE_TRY_VOID(read_offsets(stored));
        LODE_TRY_VOID(read_rows(stored, time));
        LODE_TRY_VOID(read_late(stored));
        LODE_TRY_VOID(read_cuts(stored));
        return read_kept(stored);
    }));
    return stored;
}

Result<void> SumRepository::read_offsets(Stored& stored) {
    LODE_TRY(const auto rows,
             db_.query("SELECT partition_no, next_offset FROM consumer_offset WHERE consumer = ? "
                       "AND chain = ? AND topic = ?",
                       {offset_consumer, chain_, offset_topic}));
    for (const db::Row& row : rows) stored.partitions[partition_of(row)].next = row.integer(1);
    return success();
}

Result<void> SumRepository::read_rows(Stored& stored, const TimeRange& time) {
    LODE_TRY(const auto rows,
             db_.query("SELECT b.partition_no, u.name, b.start_unix_ms, b.bits, b.height_epoch, "
                       "b.scheme, b.shares, b.work_0, b.work_1, b.work_2 FROM user_bucket b JOIN "
                       "user u ON u.id = b.user_id WHERE b.chain = ? AND b.start_unix_ms >= ? AND "
                       "b.start_unix_ms < ?",
                       {chain_, to_unix_ms(time.from), to_unix_ms(time.until)}));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto scheme, scheme_from(row.text(5)));
        LODE_TRY(const auto sum, read_sum(row, 6));
        stored.partitions[partition_of(row)].rows[{
            row.text(1), from_unix_ms(row.integer(2)), static_cast<std::uint32_t>(row.integer(3)),
            static_cast<std::uint32_t>(row.integer(4)), scheme}] = sum;
    }
    return success();
}

Result<void> SumRepository::read_late(Stored& stored) {
    LODE_TRY(const auto rows,
             db_.query("SELECT l.partition_no, u.name, l.start_unix_ms, l.counted_in_unix_ms, "
                       "l.shares, l.work_0, l.work_1, l.work_2 FROM late_work l JOIN user u ON "
                       "u.id = l.user_id WHERE l.chain = ?",
                       {chain_}));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto sum, read_sum(row, 4));
        stored.partitions[partition_of(row)].late.push_back(
            {row.text(1), from_unix_ms(row.integer(2)), from_unix_ms(row.integer(3)), sum});
    }
    return success();
}

Result<void> SumRepository::read_cuts(Stored& stored) {
    LODE_TRY(const auto cuts, db_.query("SELECT partition_no, cut_unix_ms, exact FROM round_cut "
                                        "WHERE chain = ? ORDER BY cut_unix_ms",
                                        {chain_}));
    for (const db::Row& row : cuts) {
        stored.partitions[partition_of(row)].cuts.push_back(
            {from_unix_ms(row.integer(1)),
             row.integer(2) == 1 ? Exactness::exact : Exactness::inexact});
    }
    LODE_TRY(const auto blocks,
             db_.query("SELECT found_unix_ms FROM block WHERE chain = ?", {chain_}));
    for (const db::Row& row : blocks) stored.blocks.insert(from_unix_ms(row.integer(0)));
    return success();
}

Result<void> SumRepository::read_kept(Stored& stored) {
    LODE_TRY(const auto folded,
             db_.query("SELECT COUNT(*) FROM user_day WHERE chain = ?", {chain_}));
    if (folded.front().integer(0) == 0) return success();
    LODE_TRY(const auto oldest, db_.query("SELECT MIN(start_unix_ms) FROM user_bucket WHERE "
                                          "chain = ?",
                                          {chain_}));
    if (oldest.front().is_null(0)) return success();
    // Of the oldest minute some rows may be gone already.
    stored.kept_from = minute_of(from_unix_ms(oldest.front().integer(0))) + user_bucket_length;
    return success();
}

}  // namespace lode::sharelogger
