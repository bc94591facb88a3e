// The schema of a topic's file and the statements on it.
#include "common/bus/topic_store.hpp"

#include <algorithm>
#include <filesystem>

#include "common/base/assert.hpp"
#include "common/base/file.hpp"

namespace lode::bus {
namespace {

constexpr std::int64_t format_version = 1;  // kept in user_version

std::string table(std::uint32_t partition) {
    return "record_" + std::to_string(partition);
}

// The log is written and synced once a commit. It is carried over to the main file when it has
// 4,000 pages (16 MiB), by the commit that finds it so: with 1,000 that is felt in p99.
constexpr const char* settings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=4000;";

constexpr const char* common_tables =
    "CREATE TABLE floor (partition INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL);"
    "CREATE TABLE group_position (name BLOB NOT NULL, partition INTEGER NOT NULL,"
    " next_offset INTEGER NOT NULL, PRIMARY KEY (name, partition)) WITHOUT ROWID;";

}  // namespace

TopicStore::TopicStore(SqliteDatabase database, std::uint32_t partitions)
    : database_(std::move(database)), partitions_(partitions) {}

// The file is written under another name, without a sync, and takes its own when it is whole: two
// syncs instead of seven, on a disk where each may last some ms. Until then it is nobody's, and
// what a crash left of it is written anew.
Result<void> TopicStore::make_file(const std::filesystem::path& path, std::uint32_t partitions) {
    auto unfinished = path;
    unfinished += ".new";
    std::error_code error;
    std::filesystem::remove(unfinished, error);
    if (error) {
        return failure(ErrorCode::unavailable,
                       unfinished.string() + ": cannot remove: " + error.message());
    }
    {
        LODE_TRY(auto database, SqliteDatabase::open(unfinished));
        LODE_TRY_VOID(database.execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"));
        TopicStore store(std::move(database), partitions);
        LODE_TRY_VOID(store.create());
        LODE_TRY_VOID(store.database_.execute("PRAGMA journal_mode=WAL"));
    }
    return put_in_place(unfinished, path);
}

Result<TopicStore> TopicStore::open(const std::filesystem::path& path, std::uint32_t partitions) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        LODE_TRY_VOID(make_file(path, partitions));
    }
    LODE_TRY(auto database, SqliteDatabase::open(path));
    TopicStore store(std::move(database), partitions);
    const auto ready = [&]() -> Result<void> {
        LODE_TRY_VOID(store.database_.execute(settings));
        LODE_TRY_VOID(store.create());
        LODE_TRY_VOID(store.check());
        return store.prepare();
    }();
    if (!ready) {
        store.database_.rollback();
        return failure_in("bus file " + path.string(), ready.error());
    }
    return store;
}

Result<void> TopicStore::create() {
    LODE_TRY_VOID(database_.execute("BEGIN IMMEDIATE"));
    LODE_TRY(const auto version, database_.integer("PRAGMA user_version"));
    if (version == 0) {
        LODE_TRY_VOID(database_.execute(common_tables));
        for (std::uint32_t p = 0; p < partitions_; ++p) {
            LODE_TRY_VOID(database_.execute(
                "CREATE TABLE " + table(p) +
                " (record_offset INTEGER PRIMARY KEY, appended_unix_ms INTEGER NOT NULL,"
                " key BLOB NOT NULL, payload BLOB NOT NULL);"
                "INSERT INTO floor VALUES (" +
                std::to_string(p) + ", 0);"));
        }
        LODE_TRY_VOID(database_.execute("PRAGMA user_version=" + std::to_string(format_version)));
    }
    return database_.execute("COMMIT");
}

Result<void> TopicStore::check() {
    LODE_TRY(const auto version, database_.integer("PRAGMA user_version"));
    if (version != format_version) {
        return failure(ErrorCode::conflict, "has format " + std::to_string(version) +
                                                ", this program reads format " +
                                                std::to_string(format_version));
    }
    LODE_TRY(const auto count, database_.integer("SELECT count(*) FROM floor"));
    if (count != partitions_) {
        return failure(ErrorCode::conflict, "has " + std::to_string(count) +
                                                " partitions, this program wants " +
                                                std::to_string(partitions_));
    }
    return success();
}

Result<void> TopicStore::prepare() {
    for (std::uint32_t p = 0; p < partitions_; ++p) {
        const auto name = table(p);
        LODE_TRY(auto append,
                 database_.prepare("INSERT INTO " + name + " VALUES (?1, ?2, ?3, ?4)"));
        LODE_TRY(auto read,
                 database_.prepare("SELECT record_offset, appended_unix_ms, key, payload FROM " +
                                   name + " WHERE record_offset >= ?1 AND record_offset < ?2" +
                                   " ORDER BY record_offset"));
        LODE_TRY(auto erase,
                 database_.prepare("DELETE FROM " + name + " WHERE record_offset < ?1"));
        LODE_TRY(auto bounds, database_.prepare("SELECT (SELECT min(record_offset) FROM " + name +
                                                "), (SELECT max(record_offset) FROM " + name +
                                                "), next_offset FROM floor WHERE partition = " +
                                                std::to_string(p)));
        LODE_TRY(auto appended,
                 database_.prepare("SELECT appended_unix_ms FROM " + name +
                                   " WHERE record_offset >= ?1 ORDER BY record_offset LIMIT 1"));
        statements_.push_back({std::move(append), std::move(read), std::move(erase),
                               std::move(bounds), std::move(appended)});
    }
    LODE_TRY(begin_, database_.prepare("BEGIN IMMEDIATE"));
    LODE_TRY(commit_, database_.prepare("COMMIT"));
    LODE_TRY(set_group_,
             database_.prepare("INSERT INTO group_position VALUES (?1, ?2, ?3) ON CONFLICT (name,"
                               " partition) DO UPDATE SET next_offset = excluded.next_offset"));
    LODE_TRY(floor_, database_.prepare("UPDATE floor SET next_offset = ?2 WHERE partition = ?1"));
    return success();
}

Result<void> TopicStore::step_of_transaction(Result<void> outcome) {
    if (!outcome) database_.rollback();
    return outcome;
}

Result<void> TopicStore::begin() {
    return begin_->run();
}

Result<void> TopicStore::append(const AppendedRecord& record) {
    auto& statement = statements_[record.position.partition].append;
    statement.bind(1, record.position.offset);
    statement.bind(2, to_unix_ms(record.appended));
    statement.bind(3, as_bytes(record.key));
    statement.bind(4, record.payload);
    return step_of_transaction(statement.run());
}

Result<void> TopicStore::set_group(const std::string& group, Position next) {
    set_group_->bind(1, as_bytes(group));
    set_group_->bind(2, std::int64_t{next.partition});
    set_group_->bind(3, next.offset);
    return step_of_transaction(set_group_->run());
}

Result<void> TopicStore::commit() {
    return step_of_transaction(commit_->run());
}

Result<void> TopicStore::keep_floor(Position next) {
    floor_->bind(1, std::int64_t{next.partition});
    floor_->bind(2, next.offset);
    return step_of_transaction(floor_->run());
}

Result<std::int64_t> TopicStore::delete_before(Position end, std::int64_t count_max) {
    LODE_TRY(const auto first, first_offset(end.partition));
    if (!first || *first >= end.offset) return 0;
    const auto last = std::min(end.offset, *first + count_max);
    LODE_TRY_VOID(begin());
    const auto next = next_offset(end.partition);
    if (!next) {
        database_.rollback();
        return failure_in("delete", next.error());
    }
    LODE_TRY_VOID(keep_floor({end.partition, next.value()}));
    auto& erase = statements_[end.partition].erase;
    erase.bind(1, last);
    LODE_TRY_VOID(step_of_transaction(erase.run()));
    LODE_TRY_VOID(commit());
    return last - *first;
}

Result<std::vector<StoredRecord>> TopicStore::read(const Range& range, ReadLimit limit) {
    auto& statement = statements_[range.partition].read;
    statement.bind(1, range.from);
    statement.bind(2, range.until);
    std::vector<StoredRecord> records;
    std::size_t bytes = 0;
    while (records.size() < limit.records && bytes < limit.bytes) {
        LODE_TRY(const bool row, statement.step());
        if (!row) return records;
        records.push_back({{range.partition, statement.integer(0)},
                           from_unix_ms(statement.integer(1)),
                           std::string(statement.bytes(2)),
                           std::string(statement.bytes(3))});
        bytes += records.back().payload.size();
    }
    statement.reset();
    return records;
}

Result<std::int64_t> TopicStore::next_offset(std::uint32_t partition) {
    auto& statement = statements_[partition].bounds;
    LODE_TRY(const bool row, statement.step());
    LODE_ASSERT(row);
    const auto after_last = statement.is_null(1) ? 0 : statement.integer(1) + 1;
    const auto next = std::max(after_last, statement.integer(2));
    statement.reset();
    return next;
}

Result<std::optional<std::int64_t>> TopicStore::first_offset(std::uint32_t partition) {
    auto& statement = statements_[partition].bounds;
    LODE_TRY(const bool row, statement.step());
    LODE_ASSERT(row);
    std::optional<std::int64_t> first;
    if (!statement.is_null(0)) first = statement.integer(0);
    statement.reset();
    return first;
}

Result<std::int64_t> TopicStore::first_since(std::uint32_t partition, UnixTime since) {
    LODE_TRY(const auto first, first_offset(partition));
    LODE_TRY(const auto next, next_offset(partition));
    auto& appended = statements_[partition].appended;
    // Halves the kept offsets: before `low` all is older, from `high` on nothing is.
    std::int64_t low = first.value_or(next);
    std::int64_t high = next;
    while (low < high) {
        const auto middle = low + (high - low) / 2;
        appended.bind(1, middle);
        LODE_TRY(const bool row, appended.step());
        const bool older = row && from_unix_ms(appended.integer(0)) < since;
        appended.reset();
        if (older) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Result<UnixTime> TopicStore::last_appended() {
    UnixTime last{};
    for (std::uint32_t p = 0; p < partitions_; ++p) {
        LODE_TRY(const auto next, next_offset(p));
        auto& appended = statements_[p].appended;
        appended.bind(1, next - 1);
        LODE_TRY(const bool row, appended.step());
        if (row) last = std::max(last, from_unix_ms(appended.integer(0)));
        appended.reset();
    }
    return last;
}

Result<GroupPositions> TopicStore::groups() {
    GroupPositions groups;
    LODE_TRY(auto statement,
             database_.prepare("SELECT name, partition, next_offset FROM group_position"));
    for (;;) {
        LODE_TRY(const bool row, statement.step());
        if (!row) return groups;
        auto& positions = groups[std::string(statement.bytes(0))];
        positions.resize(partitions_);
        positions.at(static_cast<std::size_t>(statement.integer(1))) = statement.integer(2);
    }
}

}  // namespace lode::bus
