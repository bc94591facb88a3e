// The statements behind the accounts.
#include "sharelogger/share_repository.hpp"

#include "common/db/limbs.hpp"

namespace lode::sharelogger {
namespace {

constexpr std::string_view consumer = "sharelogger";
constexpr std::string_view share_topic = "share";
constexpr std::string_view job_topic = "job";
// Work of a user who chose nothing: the pool's base scheme.
constexpr std::string_view base_scheme = "base";
// Ids kept in memory; a pool of more active workers asks the database more often.
constexpr std::size_t known_max = 200'000;

db::Value value_of(std::string_view text) {
    return std::string(text);
}
// Stream ids use all 64 bits; BIGINT holds the same bits.
db::Value value_of(StreamId stream) {
    return static_cast<std::int64_t>(stream.value());
}

void append_work(std::vector<db::Value>& row, const WorkSum& sum) {
    row.emplace_back(sum.shares);
    for (const std::int64_t limb : db::limbs_of(sum.work)) row.emplace_back(limb);
}

}  // namespace

Result<std::int64_t> ShareRepository::schema_version() {
    return db::schema_version(db_);
}

Result<std::int64_t> ShareRepository::load_offset(const Place& place) {
    const std::vector<db::Value> key{value_of(consumer), value_of(chain_), value_of(place.topic),
                                     std::int64_t{place.partition}};
    LODE_TRY_VOID(
        db_.upsert({.table = "consumer_offset",
                    .columns = {"consumer", "chain", "topic", "partition_no", "next_offset"},
                    .key = {"consumer", "chain", "topic", "partition_no"},
                    .rows = {{key[0], key[1], key[2], key[3], std::int64_t{0}}}}));
    LODE_TRY(const auto rows,
             db_.query("SELECT next_offset FROM consumer_offset WHERE consumer = ? AND chain = ? "
                       "AND topic = ? AND partition_no = ?",
                       key));
    return rows.front().integer(0);
}

Result<std::int64_t> ShareRepository::load_job_offset() {
    return load_offset({std::string(job_topic), 0});
}

Result<PartitionAccount::State> ShareRepository::load(std::uint32_t partition) {
    PartitionAccount::State state{.partition = partition};
    LODE_TRY(state.next, load_offset({std::string(share_topic), partition}));
    // A stream a loop and start: thousands after years of restarts.
    LODE_TRY(const auto rows, db_.query("SELECT stream, last_sequence FROM stream_sequence "
                                        "WHERE chain = ? AND partition_no = ?",
                                        {value_of(chain_), std::int64_t{partition}}));
    for (const db::Row& row : rows) {
        state.sequences.emplace(StreamId(static_cast<std::uint64_t>(row.integer(0))),
                                Sequence(static_cast<std::uint64_t>(row.integer(1))));
    }
    return state;
}

Result<void> ShareRepository::move_offset(const Place& place, std::int64_t expected,
                                          std::int64_t next) {
    LODE_TRY(const auto moved,
             db_.execute("UPDATE consumer_offset SET next_offset = ? WHERE consumer = ? AND "
                         "chain = ? AND topic = ? AND partition_no = ? AND next_offset = ?",
                         {next, value_of(consumer), value_of(chain_), value_of(place.topic),
                          std::int64_t{place.partition}, expected}));
    if (moved == 1) return success();
    return failure(ErrorCode::conflict, "another sharelogger has moved " + place.topic +
                                            " partition " + std::to_string(place.partition) +
                                            " past offset " + std::to_string(expected));
}

Result<void> ShareRepository::move_job_offset(std::int64_t expected, std::int64_t next) {
    return db_.transaction([&] {
        return move_offset({std::string(job_topic), 0}, expected, next);
    });
}

Result<std::map<std::uint32_t, ShareRepository::Committed>> ShareRepository::committed() {
    // One statement sees one moment. Sums are taken by the day, so that no limb can leave 63 bits
    // (common/db/limbs.hpp).
    LODE_TRY(
        const auto rows,
        db_.query("SELECT partition_no, next_offset, 0, 0, 0, 0 FROM consumer_offset "
                  "WHERE consumer = ? AND chain = ? AND topic = ? "
                  "UNION ALL "
                  "SELECT partition_no, 0, SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) "
                  "FROM user_bucket WHERE chain = ? "
                  "GROUP BY partition_no, start_unix_ms / 86400000",
                  {value_of(consumer), value_of(chain_), value_of(share_topic), value_of(chain_)}));
    std::map<std::uint32_t, Committed> committed;
    for (const db::Row& row : rows) {
        Committed& partition = committed[static_cast<std::uint32_t>(row.integer(0))];
        partition.next += row.integer(1);
        LODE_TRY(const auto work, db::work_of({row.integer(3), row.integer(4), row.integer(5)}));
        partition.total += {.shares = row.integer(2), .work = work};
    }
    return committed;
}

Result<void> ShareRepository::commit(const std::vector<PartitionBatch>& batches, UnixTime now) {
    NewIds ids;
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        ids = {};
        // First all offsets: who does not own them must not have written anything.
        for (const PartitionBatch& batch : batches) {
            LODE_TRY_VOID(move_offset({std::string(share_topic), batch.partition}, batch.expected,
                                      batch.next));
        }
        for (const PartitionBatch& batch : batches) {
            LODE_TRY_VOID(write_sums(batch, ids));
            LODE_TRY_VOID(write_sequences(batch, now));
        }
        return success();
    }));
    if (known_.users.size() + known_.workers.size() > known_max) known_ = {};
    known_.users.merge(ids.users);
    known_.workers.merge(ids.workers);
    return success();
}

Result<void> ShareRepository::write_sums(const PartitionBatch& batch, NewIds& ids) {
    db::Upsert users{.table = "user_bucket",
                     .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                                 "height_epoch", "scheme", "shares", "work_0", "work_1", "work_2"},
                     .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                             "height_epoch", "scheme"},
                     .add = {"shares", "work_0", "work_1", "work_2"}};
    for (const auto& [key, sum] : batch.users) {
        LODE_TRY(const auto id, user_id(key.user, sum.last_share, ids));
        auto& row = users.rows.emplace_back(std::vector<db::Value>{
            value_of(chain_), id, to_unix_ms(key.start), std::int64_t{batch.partition},
            std::int64_t{key.bits}, std::int64_t{key.height_epoch}, value_of(base_scheme)});
        append_work(row, sum);
    }
    LODE_TRY_VOID(db_.upsert(users));

    db::Upsert workers{.table = "worker_bucket",
                       .columns = {"chain", "worker_id", "start_unix_ms", "partition_no", "shares",
                                   "work_0", "work_1", "work_2"},
                       .key = {"chain", "worker_id", "start_unix_ms", "partition_no"},
                       .add = {"shares", "work_0", "work_1", "work_2"}};
    for (const auto& [key, sum] : batch.workers) {
        LODE_TRY(const auto id, worker_id(key, sum.last_share, ids));
        auto& row = workers.rows.emplace_back(std::vector<db::Value>{
            value_of(chain_), id, to_unix_ms(key.start), std::int64_t{batch.partition}});
        append_work(row, sum);
        LODE_TRY_VOID(
            db_.execute("UPDATE worker SET last_share_unix_ms = ? WHERE id = ? AND "
                        "last_share_unix_ms < ?",
                        {to_unix_ms(sum.last_share), id, to_unix_ms(sum.last_share)}));
    }
    return db_.upsert(workers);
}

Result<void> ShareRepository::write_sequences(const PartitionBatch& batch, UnixTime now) {
    db::Upsert sequences{
        .table = "stream_sequence",
        .columns = {"chain", "partition_no", "stream", "last_sequence", "updated_unix_ms"},
        .key = {"chain", "partition_no", "stream"},
        .replace = {"last_sequence", "updated_unix_ms"}};
    for (const auto& [stream, sequence] : batch.sequences) {
        sequences.rows.push_back({value_of(chain_), std::int64_t{batch.partition}, value_of(stream),
                                  static_cast<std::int64_t>(sequence.value()), to_unix_ms(now)});
    }
    return db_.upsert(sequences);
}

Result<std::int64_t> ShareRepository::user_id(const std::string& user, UnixTime seen, NewIds& ids) {
    for (const auto* known : {&known_.users, &ids.users}) {
        if (const auto found = known->find(user); found != known->end()) return found->second;
    }
    LODE_TRY_VOID(db_.upsert({.table = "user",
                              .columns = {"name", "created_unix_ms"},
                              .key = {"name"},
                              .rows = {{value_of(user), to_unix_ms(seen)}}}));
    LODE_TRY(const auto rows, db_.query("SELECT id FROM user WHERE name = ?", {value_of(user)}));
    ids.users.emplace(user, rows.front().integer(0));
    return rows.front().integer(0);
}

Result<std::int64_t> ShareRepository::worker_id(const WorkerBucketKey& key, UnixTime seen,
                                                NewIds& ids) {
    LODE_TRY(const auto user, user_id(key.user, seen, ids));
    const std::pair name{user, key.worker};
    for (const auto* known : {&known_.workers, &ids.workers}) {
        if (const auto found = known->find(name); found != known->end()) return found->second;
    }
    LODE_TRY_VOID(
        db_.upsert({.table = "worker",
                    .columns = {"user_id", "name", "created_unix_ms", "last_share_unix_ms"},
                    .key = {"user_id", "name"},
                    .rows = {{user, value_of(key.worker), to_unix_ms(seen), to_unix_ms(seen)}}}));
    LODE_TRY(const auto rows, db_.query("SELECT id FROM worker WHERE user_id = ? AND name = ?",
                                        {user, value_of(key.worker)}));
    ids.workers.emplace(name, rows.front().integer(0));
    return rows.front().integer(0);
}

}  // namespace lode::sharelogger
