// The schema, as numbered steps that never change once released. Steps expand first and contract
// a version later, so that programs of the version before run on the newer schema.
//
// Types: BIGINT for all numbers, BINARY(32) for hashes in internal order, VARCHAR for names.
// {id} is the engine's own integer key. Times are unix milliseconds, UTC. A reference that must
// hold on every engine is a FOREIGN KEY of the table; one behind a column holds on SQLite alone.
//
// MariaDB and MySQL commit each statement, so each must be harmless a second time: tables are made
// IF NOT EXISTS, and that an index exists is no error there.
#include <array>
#include <span>

#include "common/db/db.hpp"
#include "common/db/dialect.hpp"
#include "common/db/money_schema.hpp"
#include "common/db/site_schema.hpp"

namespace lode::db {
namespace {

// Miners, by canonical name, and their workers; ids are given by sharelogger.
constexpr std::string_view user_table = R"(CREATE TABLE IF NOT EXISTS user (
    id {id},
    name VARCHAR(128) NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    UNIQUE (name)))";

constexpr std::string_view worker_table = R"(CREATE TABLE IF NOT EXISTS worker (
    id {id},
    user_id BIGINT NOT NULL,
    name VARCHAR(64) NOT NULL,
    created_unix_ms BIGINT NOT NULL,
    last_share_unix_ms BIGINT NOT NULL,
    UNIQUE (user_id, name),
    FOREIGN KEY (user_id) REFERENCES user (id)))";

// Work by user, one minute a row; what credits are computed from. Work is work_0 + work_1 * 2^40
// + work_2 * 2^80 expected hashes.
constexpr std::string_view user_bucket_table = R"(CREATE TABLE IF NOT EXISTS user_bucket (
    chain VARCHAR(16) NOT NULL,
    user_id BIGINT NOT NULL REFERENCES user (id),
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    bits BIGINT NOT NULL,
    height_epoch BIGINT NOT NULL,
    scheme VARCHAR(16) NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, user_id, start_unix_ms, partition_no, bits, height_epoch, scheme)))";

// Work by worker, ten minutes a row; for display.
constexpr std::string_view worker_bucket_table = R"(CREATE TABLE IF NOT EXISTS worker_bucket (
    chain VARCHAR(16) NOT NULL,
    worker_id BIGINT NOT NULL REFERENCES worker (id),
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, worker_id, start_unix_ms, partition_no)))";

constexpr std::string_view worker_bucket_by_time =
    "CREATE INDEX worker_bucket_by_time ON worker_bucket (chain, start_unix_ms)";

// Offset that each consumer has dealt with up to, moved on in the transaction that does so.
constexpr std::string_view consumer_offset_table = R"(CREATE TABLE IF NOT EXISTS consumer_offset (
    consumer VARCHAR(32) NOT NULL,
    chain VARCHAR(16) NOT NULL,
    topic VARCHAR(32) NOT NULL,
    partition_no BIGINT NOT NULL,
    next_offset BIGINT NOT NULL,
    UNIQUE (consumer, chain, topic, partition_no)))";

// Last share counted of each stream.
constexpr std::string_view stream_sequence_table = R"(CREATE TABLE IF NOT EXISTS stream_sequence (
    chain VARCHAR(16) NOT NULL,
    partition_no BIGINT NOT NULL,
    stream BIGINT NOT NULL,
    last_sequence BIGINT NOT NULL,
    updated_unix_ms BIGINT NOT NULL,
    UNIQUE (chain, partition_no, stream)))";

// Blocks we found; blkmaker alone writes here. state is found, submitted, accepted, rejected,
// confirmed or orphaned; published_state is the last one told on the bus.
constexpr std::string_view block_table = R"(CREATE TABLE IF NOT EXISTS block (
    id {id},
    chain VARCHAR(16) NOT NULL,
    height BIGINT NOT NULL,
    block_hash BINARY(32) NOT NULL,
    prev_hash BINARY(32) NOT NULL,
    state VARCHAR(16) NOT NULL,
    reward BIGINT NOT NULL,
    user_name VARCHAR(128) NOT NULL,
    worker_name VARCHAR(64) NOT NULL,
    job_id BIGINT NOT NULL,
    found_unix_ms BIGINT NOT NULL,
    confirmations BIGINT NOT NULL,
    updated_unix_ms BIGINT NOT NULL,
    published_state VARCHAR(16) NOT NULL,
    UNIQUE (block_hash)))";

constexpr std::string_view block_by_height =
    "CREATE INDEX block_by_height ON block (chain, height)";

// Every node's answer to submitblock: "accepted" for null, else its own word.
constexpr std::string_view block_submission_table = R"(CREATE TABLE IF NOT EXISTS block_submission (
    block_hash BINARY(32) NOT NULL,
    node VARCHAR(255) NOT NULL,
    answer VARCHAR(255) NOT NULL,
    answered_unix_ms BIGINT NOT NULL,
    UNIQUE (block_hash, node)))";

constexpr std::array<std::string_view, 10> version_1{user_table,
                                                     worker_table,
                                                     user_bucket_table,
                                                     worker_bucket_table,
                                                     worker_bucket_by_time,
                                                     consumer_offset_table,
                                                     stream_sequence_table,
                                                     block_table,
                                                     block_by_height,
                                                     block_submission_table};

// What one process at a time may hold, such as an sserver's number. `fence` rises with each new
// holder, so that what a former one writes can be told from what the present one does.
constexpr std::string_view lease_table = R"(CREATE TABLE IF NOT EXISTS lease (
    name VARCHAR(64) NOT NULL,
    holder VARCHAR(255) NOT NULL,
    fence BIGINT NOT NULL,
    renewed_unix_ms BIGINT NOT NULL,
    released_unix_ms BIGINT NOT NULL,
    UNIQUE (name)))";

// What an operator did, and why; rows are never changed.
constexpr std::string_view audit_log_table = R"(CREATE TABLE IF NOT EXISTS audit_log (
    id {id},
    at_unix_ms BIGINT NOT NULL,
    who VARCHAR(128) NOT NULL,
    action VARCHAR(64) NOT NULL,
    detail VARCHAR(1024) NOT NULL))";

// Workers' sums of longer times (UTC): a row of worker_bucket is moved here when it is old, then on
// to worker_day, so that a share is in one of the three.
constexpr std::string_view worker_hour_table = R"(CREATE TABLE IF NOT EXISTS worker_hour (
    chain VARCHAR(16) NOT NULL,
    worker_id BIGINT NOT NULL REFERENCES worker (id),
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, worker_id, start_unix_ms, partition_no)))";

constexpr std::string_view worker_hour_by_time =
    "CREATE INDEX worker_hour_by_time ON worker_hour (chain, start_unix_ms)";

constexpr std::string_view worker_day_table = R"(CREATE TABLE IF NOT EXISTS worker_day (
    chain VARCHAR(16) NOT NULL,
    worker_id BIGINT NOT NULL REFERENCES worker (id),
    start_unix_ms BIGINT NOT NULL,
    partition_no BIGINT NOT NULL,
    shares BIGINT NOT NULL,
    work_0 BIGINT NOT NULL,
    work_1 BIGINT NOT NULL,
    work_2 BIGINT NOT NULL,
    UNIQUE (chain, worker_id, start_unix_ms, partition_no)))";

constexpr std::string_view user_bucket_by_time =
    "CREATE INDEX user_bucket_by_time ON user_bucket (chain, start_unix_ms)";

constexpr std::array<std::string_view, 6> version_2{lease_table,       audit_log_table,
                                                    worker_hour_table, worker_hour_by_time,
                                                    worker_day_table,  user_bucket_by_time};

// A version's statements, in at most two lists.
using Version = std::array<std::span<const std::string_view>, 2>;
const std::array<Version, 4> versions{Version{version_1}, Version{version_2},
                                      Version{money_schema()},
                                      Version{site_schema(), money_schema_4()}};

constexpr std::string_view version_table =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";

// Every statement may find that it was done by a migration that did not come to its end.
Result<void> apply(Connection& connection, std::string_view statement) {
    const auto done = connection.execute(in_dialect(statement, connection.dialect()));
    const bool index = statement.starts_with("CREATE INDEX");
    if (!done && !(index && done.error().code == ErrorCode::conflict)) return done.error();
    return success();
}

Result<void> apply_version(Connection& connection, std::int64_t version) {
    LODE_TRY_VOID(apply(connection, version_table));
    // Another process may have been quicker.
    LODE_TRY(const auto now, schema_version(connection));
    if (now >= version) return success();
    for (const auto list : versions[static_cast<std::size_t>(version - 1)]) {
        for (const auto statement : list) {
            LODE_TRY_VOID(apply(connection, statement));
        }
    }
    LODE_TRY_VOID(connection.execute("INSERT INTO schema_version (version) VALUES (?)", {version}));
    return success();
}

}  // namespace

std::int64_t newest_schema_version() {
    return static_cast<std::int64_t>(versions.size());
}

Result<std::int64_t> schema_version(Connection& connection) {
    LODE_TRY(const auto tables, connection.query(connection.dialect().find_versions));
    if (tables.front().integer(0) == 0) return std::int64_t{0};
    LODE_TRY(const auto rows, connection.query("SELECT MAX(version) FROM schema_version"));
    return rows.front().is_null(0) ? std::int64_t{0} : rows.front().integer(0);
}

Result<void> need_schema(Connection& connection, std::int64_t version) {
    LODE_TRY(const auto present, schema_version(connection));
    if (present >= version) return success();
    return failure(ErrorCode::unavailable,
                   "the database's schema is version " + std::to_string(present) + ", " +
                       std::to_string(version) + " is needed: run lode db migrate");
}

Result<void> migrate(Connection& connection) {
    LODE_TRY(const auto present, schema_version(connection));
    if (present >= newest_schema_version()) return success();
    return connection.exclusively([&]() -> Result<void> {
        for (std::int64_t version = present + 1; version <= newest_schema_version(); ++version) {
            LODE_TRY_VOID(apply_version(connection, version));
        }
        return success();
    });
}

}  // namespace lode::db
