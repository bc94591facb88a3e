// The only file that knows sqlite3.h.
#include "common/bus/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "common/base/assert.hpp"

namespace lode::bus {
namespace {

// The two connections of a topic meet only when the file is opened or its log recovered; longer
// than this means that another process holds the file.
constexpr int busy_timeout_ms = 5'000;

ErrorCode code_of(sqlite3* database) {
    // The log's shared index fails with an IO error when the disk is full.
    const int system_error = sqlite3_system_errno(database);
    switch (sqlite3_errcode(database)) {
        case SQLITE_FULL:
        case SQLITE_TOOBIG:
            return ErrorCode::exhausted;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
        case SQLITE_MISUSE:
        case SQLITE_ERROR:
            return ErrorCode::internal;
        default:
            return system_error == ENOSPC || system_error == EDQUOT ? ErrorCode::exhausted
                                                                    : ErrorCode::unavailable;
    }
}

auto failed(sqlite3* database) {
    const char* name = sqlite3_db_filename(database, nullptr);
    std::string context = name == nullptr ? "" : name;
    context += std::string(": ") + sqlite3_errmsg(database);
    const int extended = sqlite3_extended_errcode(database);
    if ((extended & 0xff) == SQLITE_IOERR) {
        context += std::string(": ") + std::strerror(sqlite3_system_errno(database));
    }
    return failure(code_of(database), std::move(context));
}

}  // namespace

void SqliteStatement::Finalizer::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

void SqliteStatement::bind(int index, std::int64_t value) {
    LODE_ASSERT(sqlite3_bind_int64(statement_.get(), index, value) == SQLITE_OK);
}

void SqliteStatement::bind(int index, ByteView bytes) {
    // A null pointer would bind NULL, not the empty blob.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    LODE_ASSERT(sqlite3_bind_blob64(statement_.get(), index, data, bytes.size(), SQLITE_STATIC) ==
                SQLITE_OK);
}

Result<bool> SqliteStatement::step() {
    const int answer = sqlite3_step(statement_.get());
    if (answer == SQLITE_ROW) return true;
    if (answer == SQLITE_DONE) {
        reset();
        return false;
    }
    auto error = failed(sqlite3_db_handle(statement_.get()));
    reset();
    return error;
}

Result<void> SqliteStatement::run() {
    LODE_TRY(const bool row, step());
    LODE_ASSERT(!row);
    return success();
}

void SqliteStatement::reset() {
    sqlite3_reset(statement_.get());
}

bool SqliteStatement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t SqliteStatement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view SqliteStatement::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

void SqliteDatabase::Closer::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<SqliteDatabase> SqliteDatabase::open(const std::filesystem::path& path) {
    sqlite3* raw = nullptr;
    // Each connection is used by one thread at a time.
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int answer = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
    SqliteDatabase database(raw);
    if (answer != SQLITE_OK) {
        return failure(ErrorCode::unavailable, path.string() + ": " + sqlite3_errstr(answer));
    }
    sqlite3_busy_timeout(raw, busy_timeout_ms);
    return database;
}

Result<SqliteStatement> SqliteDatabase::prepare(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.c_str(), static_cast<int>(sql.size() + 1),
                           SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
        return failed(database_.get());
    }
    return SqliteStatement(statement);
}

Result<void> SqliteDatabase::execute(const std::string& sql) {
    if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        return failed(database_.get());
    }
    return success();
}

Result<std::int64_t> SqliteDatabase::integer(const std::string& sql) {
    LODE_TRY(auto statement, prepare(sql));
    LODE_TRY(const bool row, statement.step());
    LODE_ASSERT(row);
    return statement.integer(0);
}

void SqliteDatabase::rollback() {
    if (sqlite3_get_autocommit(database_.get()) == 0) {
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

}  // namespace lode::bus
