// The statements behind cuts: where they are, where they are missing, and rows that are split.
#include <algorithm>

#include "common/db/limbs.hpp"
#include "sharelogger/share_repository.hpp"
#include "sharelogger/user_rows.hpp"

namespace lode::sharelogger {
namespace {

// One more than are known, so that who reads them knows that there are others.
constexpr std::int64_t cuts_read = RoundCuts::known_max + 1;

std::vector<UnixTime> moments_in(const std::vector<db::Row>& rows) {
    std::vector<UnixTime> moments;
    moments.reserve(rows.size());
    for (const db::Row& row : rows) moments.push_back(from_unix_ms(row.integer(0)));
    return moments;
}

}  // namespace

Result<UnixTime> ShareRepository::cuts_needed_from() {
    LODE_TRY(const UnixTime closed, closed_before());
    return closed == UnixTime::min() ? UnixTime{} : minute_of(closed);
}

Result<std::vector<RoundCut>> ShareRepository::load_cuts(std::uint32_t partition) {
    LODE_TRY(const UnixTime from, cuts_needed_from());
    LODE_TRY(const auto rows,
             db_.query("SELECT cut_unix_ms, exact FROM round_cut WHERE chain = ? AND "
                       "cut_unix_ms >= ? AND partition_no = ? ORDER BY cut_unix_ms DESC LIMIT ?",
                       {chain_, to_unix_ms(from), std::int64_t{partition}, cuts_read}));
    std::vector<RoundCut> cuts;
    for (const db::Row& row : rows) {
        cuts.push_back({from_unix_ms(row.integer(0)),
                        row.integer(1) == 1 ? Exactness::exact : Exactness::inexact});
    }
    // Oldest first, which is the order that sorted lists take best.
    std::ranges::reverse(cuts);
    return cuts;
}

Result<std::vector<UnixTime>> ShareRepository::found_blocks() {
    LODE_TRY(const UnixTime from, cuts_needed_from());
    LODE_TRY(const auto rows,
             db_.query("SELECT found_unix_ms FROM block WHERE chain = ? AND found_unix_ms >= ? "
                       "ORDER BY found_unix_ms DESC LIMIT ?",
                       {chain_, to_unix_ms(from), cuts_read}));
    std::vector<UnixTime> found = moments_in(rows);
    std::ranges::reverse(found);
    return found;
}

Result<std::vector<UnixTime>> ShareRepository::uncut_blocks(std::uint32_t partition,
                                                            std::size_t most) {
    LODE_TRY(const UnixTime from, cuts_needed_from());
    LODE_TRY(const auto rows,
             db_.query("SELECT DISTINCT b.found_unix_ms FROM block b LEFT JOIN round_cut r ON "
                       "r.chain = b.chain AND r.cut_unix_ms = b.found_unix_ms AND "
                       "r.partition_no = ? WHERE b.chain = ? AND b.found_unix_ms >= ? AND "
                       "r.chain IS NULL ORDER BY b.found_unix_ms LIMIT ?",
                       {std::int64_t{partition}, chain_, to_unix_ms(from),
                        static_cast<std::int64_t>(most)}));
    return moments_in(rows);
}

Result<UserBuckets> ShareRepository::rows(std::uint32_t partition, const TimeRange& time) {
    LODE_TRY(const auto rows,
             db_.query(
                 "SELECT u.name, b.start_unix_ms, b.bits, b.height_epoch, b.scheme, "
                 "b.shares, b.work_0, b.work_1, b.work_2 FROM user_bucket b JOIN user u ON "
                 "u.id = b.user_id WHERE b.chain = ? AND b.start_unix_ms >= ? AND "
                 "b.start_unix_ms < ? AND b.partition_no = ?",
                 {chain_, to_unix_ms(time.from), to_unix_ms(time.until), std::int64_t{partition}}));
    UserBuckets buckets;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto scheme, scheme_from(row.text(4)));
        LODE_TRY(const auto work, db::work_of({row.integer(6), row.integer(7), row.integer(8)}));
        buckets[{row.text(0), from_unix_ms(row.integer(1)),
                 static_cast<std::uint32_t>(row.integer(2)),
                 static_cast<std::uint32_t>(row.integer(3)), scheme}] =
            WorkSum{.work = work, .shares = row.integer(5), .last_share = {}};
    }
    return buckets;
}

Result<void> ShareRepository::cut(const std::vector<PartitionCut>& cuts) {
    std::vector<Hold> holds;
    NameIds::Names names;
    for (const PartitionCut& one : cuts) {
        holds.push_back({one.partition, one.next, one.next, one.fence});
        for (const Resplit& split : one.splits) {
            if (!split.rows) continue;
            for (const auto& [key, sum] : *split.rows) names.users.insert(key.user);
        }
    }
    const auto done = db_.transaction([&]() -> Result<void> {
        LODE_TRY(const UnixTime closed_before, hold(holds));
        // Their rows are there, and so are they.
        LODE_TRY_VOID(names_.resolve(names, {}));
        for (const PartitionCut& one : cuts) {
            LODE_TRY_VOID(write_cut(one, closed_before));
        }
        return success();
    });
    if (done) {
        names_.keep();
    } else {
        names_.forget_new();
    }
    return done;
}

Result<void> ShareRepository::write_cut(const PartitionCut& cut, UnixTime closed_before) {
    db::Upsert made{.table = "round_cut",
                    .columns = {"chain", "cut_unix_ms", "partition_no", "exact"},
                    .key = {"chain", "cut_unix_ms", "partition_no"},
                    .add = {},
                    .replace = {},
                    .rows = {}};
    const auto append = [&](const std::vector<RoundCut>& cuts, bool stays) {
        for (const RoundCut& one : cuts) {
            const bool exact = one.exactness == Exactness::exact && !stays;
            made.rows.push_back({chain_, to_unix_ms(one.at), std::int64_t{cut.partition},
                                 std::int64_t{exact ? 1 : 0}});
        }
    };
    append(cut.rowless, false);
    for (const Resplit& split : cut.splits) {
        const bool stays = split.rows && split.time.from < closed_before;
        append(split.cuts, stays);
        if (!split.rows || stays) continue;
        LODE_TRY_VOID(replace_rows(cut.partition, split));
    }
    return db_.upsert(made);
}

Result<void> ShareRepository::replace_rows(std::uint32_t partition, const Resplit& split) {
    LODE_TRY_VOID(
        db_.execute("DELETE FROM user_bucket WHERE chain = ? AND start_unix_ms >= ? AND "
                    "start_unix_ms < ? AND partition_no = ?",
                    {chain_, to_unix_ms(split.time.from), to_unix_ms(split.time.until),
                     std::int64_t{partition}}));
    UserRows rows(partition, UnixTime::min());
    for (const auto& [key, sum] : *split.rows) rows.add(names_.user(key.user), key, sum);
    db::Upsert upsert = user_bucket_upsert();
    rows.append_buckets(chain_, upsert);
    return db_.upsert(upsert);
}

}  // namespace lode::sharelogger
