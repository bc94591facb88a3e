// The statements behind the accounts.
#include "sharelogger/share_repository.hpp"

#include <limits>

#include "common/db/limbs.hpp"
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

NameIds::Names names_in(const std::vector<PartitionBatch>& batches) {
    NameIds::Names names;
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.workers) {
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
        state = {.partition = partition, .next = 0, .sequences = {}};
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

Result<void> ShareRepository::move_offset(const PartitionBatch& batch) {
    LODE_TRY(const auto moved,
             db_.execute("UPDATE consumer_offset SET next_offset = ? WHERE consumer = ? AND "
                         "chain = ? AND topic = ? AND partition_no = ? AND next_offset = ?",
                         {batch.next, offset_consumer, chain_, offset_topic,
                          std::int64_t{batch.partition}, batch.expected}));
    if (moved == 1) return success();
    return failure(ErrorCode::conflict, "another sharelogger has moved partition " +
                                            std::to_string(batch.partition) + " past offset " +
                                            std::to_string(batch.expected));
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
    const NameIds::Names names = names_in(batches);
    const auto done = db_.transaction([&]() -> Result<void> {
        // First all offsets: who does not own them must not have written anything.
        for (const PartitionBatch& batch : batches) {
            LODE_TRY_VOID(move_offset(batch));
        }
        LODE_TRY_VOID(names_.resolve(names, now));
        LODE_TRY_VOID(write_users(batches));
        LODE_TRY_VOID(write_workers(batches));
        return write_sequences(batches, now);
    });
    if (!done) {
        names_.forget_new();
        return done.error();
    }
    names_.keep();
    remember_last_shares(batches);
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

Result<void> ShareRepository::write_users(const std::vector<PartitionBatch>& batches) {
    db::Upsert users{.table = "user_bucket",
                     .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                                 "height_epoch", "scheme", "shares", "work_0", "work_1", "work_2"},
                     .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                             "height_epoch", "scheme"},
                     .add = {"shares", "work_0", "work_1", "work_2"},
                     .replace = {},
                     .rows = {}};
    for (const PartitionBatch& batch : batches) {
        for (const auto& [key, sum] : batch.users) {
            auto& row = users.rows.emplace_back(std::vector<db::Value>{
                chain_, names_.user(key.user), to_unix_ms(key.start), std::int64_t{batch.partition},
                std::int64_t{key.bits}, std::int64_t{key.height_epoch}, to_string(key.scheme)});
            append_sum(row, sum);
        }
    }
    return db_.upsert(users);
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
