// The statements behind the accounts.
#include "sharelogger/share_repository.hpp"

#include <algorithm>
#include <limits>

#include "common/db/limbs.hpp"
#include "sharelogger/pool_rows.hpp"
#include "sharelogger/user_rows.hpp"
#include "sharelogger/worker_rows.hpp"

namespace lode::sharelogger {
namespace {

// Of user_bucket, what one statement sums up: ten rows a user and partition. 100,000 such pairs are
// a million rows, a second or two.
constexpr auto sums_piece = std::chrono::minutes(10);

// Stream ids use all 64 bits; BIGINT holds the same bits.
db::Value value_of(StreamId stream) {
    return static_cast<std::int64_t>(stream.value());
}

NameIds::Names unknown_names(const std::vector<PartitionBatch>& batches, const NameIds& ids) {
    NameIds::Names names;
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.workers) {
            if (ids.knows({key.user, key.worker})) continue;
            names.users.insert(key.user);
            names.workers.emplace(key.user, key.worker);
        }
    }
    return names;
}

}  // namespace

Result<PartitionAccount::State> ShareRepository::load(std::uint32_t partition) {
    const std::vector<db::Value> key{offset_consumer, chain_, offset_topic,
                                     std::int64_t{partition}};
    PartitionAccount::State state;
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        state = PartitionAccount::State{};
        state.partition = partition;
        LODE_TRY_VOID(
            db_.upsert({.table = "consumer_offset",
                        .columns = {"consumer", "chain", "topic", "partition_no", "next_offset"},
                        .key = {"consumer", "chain", "topic", "partition_no"},
                        .add = {},
                        .replace = {},
                        .rows = {{key[0], key[1], key[2], key[3], std::int64_t{0}}}}));
        // Takes the row's lock: a commit that is under way ends first, and what is read below is
        // what it left.
        LODE_TRY_VOID(
            db_.execute("UPDATE consumer_offset SET next_offset = next_offset WHERE "
                        "consumer = ? AND chain = ? AND topic = ? AND partition_no = ?",
                        key));
        LODE_TRY(const auto offsets,
                 db_.query("SELECT next_offset FROM consumer_offset WHERE consumer = ? AND "
                           "chain = ? AND topic = ? AND partition_no = ?",
                           key));
        state.next = offsets.front().integer(0);
        LODE_TRY_VOID(db_.upsert({.table = "partition_reach",
                                  .columns = {"chain", "partition_no", "reached_unix_ms", "fence"},
                                  .key = {"chain", "partition_no"},
                                  .add = {"fence"},
                                  .replace = {},
                                  .rows = {{key[1], key[3], std::int64_t{0}, std::int64_t{1}}}}));
        LODE_TRY(const auto fences, db_.query("SELECT fence FROM partition_reach WHERE chain = ? "
                                              "AND partition_no = ?",
                                              {key[1], key[3]}));
        state.fence = fences.front().integer(0);
        LODE_TRY(state.cuts, load_cuts(partition));
        // A stream a loop and start; those silent for 30 days are gone.
        LODE_TRY(const auto rows, db_.query("SELECT stream, last_sequence FROM stream_sequence "
                                            "WHERE chain = ? AND partition_no = ?",
                                            {chain_, std::int64_t{partition}}));
        for (const db::Row& row : rows) {
            state.sequences.emplace(StreamId(static_cast<std::uint64_t>(row.integer(0))),
                                    Sequence(static_cast<std::uint64_t>(row.integer(1))));
        }
        return success();
    }));
    return state;
}

// First all offsets: who does not own them must not have written anything. Who closes minutes
// holds the same rows, so what is read of it then stays true until the commit.
Result<UnixTime> ShareRepository::hold(const std::vector<Hold>& partitions) {
    for (const Hold& one : partitions) {
        LODE_TRY_VOID(move_offset(one));
    }
    LODE_TRY_VOID(check_fences(partitions));
    return closed_before();
}

Result<void> ShareRepository::move_offset(const Hold& hold) {
    LODE_TRY(const auto moved,
             db_.execute("UPDATE consumer_offset SET next_offset = ? WHERE consumer = ? AND "
                         "chain = ? AND topic = ? AND partition_no = ? AND next_offset = ?",
                         {hold.next, offset_consumer, chain_, offset_topic,
                          std::int64_t{hold.partition}, hold.expected}));
    if (moved == 1) return success();
    return failure(ErrorCode::conflict, "another sharelogger has moved partition " +
                                            std::to_string(hold.partition) + " past offset " +
                                            std::to_string(hold.expected));
}

Result<void> ShareRepository::check_fences(const std::vector<Hold>& partitions) {
    LODE_TRY(
        const auto rows,
        db_.query("SELECT partition_no, fence FROM partition_reach WHERE chain = ?", {chain_}));
    std::map<std::int64_t, std::int64_t> fences;
    for (const db::Row& row : rows) fences.emplace(row.integer(0), row.integer(1));
    for (const Hold& one : partitions) {
        if (fences[one.partition] == one.fence) continue;
        return failure(ErrorCode::conflict, "another sharelogger has taken over partition " +
                                                std::to_string(one.partition));
    }
    return success();
}

Result<UnixTime> ShareRepository::closed_before() {
    LODE_TRY(const auto rows,
             db_.query("SELECT closed_before_unix_ms FROM bucket_close WHERE chain = ?", {chain_}));
    return rows.empty() ? UnixTime::min() : from_unix_ms(rows.front().integer(0));
}

Result<ShareRepository::Commits> ShareRepository::committed() {
    Commits committed;
    LODE_TRY_VOID(db_.snapshot([&]() -> Result<void> {
        LODE_TRY(const auto offsets,
                 db_.query("SELECT partition_no, next_offset FROM consumer_offset WHERE "
                           "consumer = ? AND chain = ? AND topic = ?",
                           {offset_consumer, chain_, offset_topic}));
        for (const db::Row& row : offsets) {
            committed[static_cast<std::uint32_t>(row.integer(0))].next = row.integer(1);
        }
        std::optional<std::int64_t> from = std::numeric_limits<std::int64_t>::min();
        while (from) {
            LODE_TRY(from, add_sums_of_piece(*from, committed));
        }
        return success();
    }));
    return committed;
}

// A piece is short enough for the limit on a statement, and for no limb to leave 63 bits
// (common/db/limbs.hpp). Stretches without rows cost nothing.
Result<std::optional<std::int64_t>> ShareRepository::add_sums_of_piece(std::int64_t from,
                                                                       Commits& committed) {
    LODE_TRY(const auto first, db_.query("SELECT MIN(start_unix_ms) FROM user_bucket WHERE "
                                         "chain = ? AND start_unix_ms >= ?",
                                         {chain_, from}));
    if (first.front().is_null(0)) return std::nullopt;
    const std::int64_t until =
        first.front().integer(0) + std::chrono::milliseconds(sums_piece).count();
    LODE_TRY(const auto rows,
             db_.query("SELECT partition_no, SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) "
                       "FROM user_bucket WHERE chain = ? AND start_unix_ms >= ? AND "
                       "start_unix_ms < ? GROUP BY partition_no",
                       {chain_, first.front().integer(0), until}));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto work, db::work_of({row.integer(2), row.integer(3), row.integer(4)}));
        committed[static_cast<std::uint32_t>(row.integer(0))].total +=
            {.shares = row.integer(1), .work = work};
    }
    return until;
}

Result<void> ShareRepository::commit(const std::vector<PartitionBatch>& batches, UnixTime now) {
    const NameIds::Names names = unknown_names(batches, names_);
    std::vector<Hold> holds;
    for (const PartitionBatch& batch : batches) {
        holds.push_back({batch.partition, batch.expected, batch.next, batch.fence});
    }
    const auto done = db_.transaction([&]() -> Result<void> {
        LODE_TRY(const UnixTime closed_before, hold(holds));
        LODE_TRY_VOID(names_.resolve(names, now));
        LODE_TRY_VOID(write_users(batches, closed_before));
        LODE_TRY_VOID(write_workers(batches));
        LODE_TRY_VOID(write_pool(batches));
        return write_sequences(batches, now);
    });
    if (!done) {
        names_.forget_new();
        return done.error();
    }
    remember_last_shares(batches);
    names_.keep();
    return success();
}

void ShareRepository::remember_last_shares(const std::vector<PartitionBatch>& batches) {
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.workers) {
            LastShare& last = last_shares_[names_.worker({key.user, key.worker})];
            last = {names_.user(key.user), key.worker, std::max(last.at, sum.last_share)};
        }
    }
}

Result<void> ShareRepository::write_users(const std::vector<PartitionBatch>& batches,
                                          UnixTime closed_before) {
    db::Upsert buckets = user_bucket_upsert();
    db::Upsert late = late_work_upsert();
    for (const PartitionBatch& batch : batches) {
        UserRows rows(batch.partition, std::max(closed_before, batch.cuts_known_from));
        for (const auto& [key, sum] : batch.users) rows.add(names_.user(key.user), key, sum);
        rows.append_buckets(chain_, buckets);
        rows.append_late(chain_, late);
    }
    LODE_TRY_VOID(db_.upsert(buckets));
    return db_.upsert(late);
}

Result<void> ShareRepository::write_workers(const std::vector<PartitionBatch>& batches) {
    WorkerRows rows(worker_buckets);
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.workers) {
            rows.add({names_.worker({key.user, key.worker}), key.start, batch.partition}, sum);
        }
    }
    return db_.upsert(rows.upsert(chain_));
}

Result<void> ShareRepository::write_pool(const std::vector<PartitionBatch>& batches) {
    PoolRows rows;
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.users) rows.add(batch.partition, key, sum);
    }
    return db_.upsert(rows.upsert(chain_));
}

Result<void> ShareRepository::write_sequences(const std::vector<PartitionBatch>& batches,
                                              UnixTime now) {
    db::Upsert sequences{
        .table = "stream_sequence",
        .columns = {"chain", "partition_no", "stream", "last_sequence", "updated_unix_ms"},
        .key = {"chain", "partition_no", "stream"},
        .add = {},
        .replace = {"last_sequence", "updated_unix_ms"},
        .rows = {}};
    for (const PartitionBatch& batch : batches) {
        for (const auto& [stream, sequence] : batch.sequences) {
            sequences.rows.push_back({chain_, std::int64_t{batch.partition}, value_of(stream),
                                      static_cast<std::int64_t>(sequence.value()),
                                      to_unix_ms(now)});
        }
    }
    return db_.upsert(sequences);
}

Result<void> ShareRepository::note_reach(const std::vector<std::uint32_t>& partitions,
                                         UnixTime then) {
    return db_.transaction([&]() -> Result<void> {
        for (const std::uint32_t partition : partitions) {
            LODE_TRY_VOID(
                db_.execute("UPDATE partition_reach SET reached_unix_ms = ? WHERE chain = ? AND "
                            "partition_no = ? AND reached_unix_ms < ?",
                            {to_unix_ms(then), chain_, std::int64_t{partition}, to_unix_ms(then)}));
        }
        return success();
    });
}

Result<void> ShareRepository::note_last_shares() {
    db::Upsert workers{
        .table = "worker",
        .columns = {"id", "user_id", "name", "created_unix_ms", "last_share_unix_ms"},
        .key = {"id"},
        .add = {},
        .replace = {"last_share_unix_ms"},
        .rows = {}};
    for (const auto& [id, last] : std::exchange(last_shares_, {})) {
        workers.rows.push_back(
            {id, last.user, last.worker, to_unix_ms(last.at), to_unix_ms(last.at)});
    }
    return db_.transaction([&] { return db_.upsert(workers); });
}

}  // namespace lode::sharelogger
