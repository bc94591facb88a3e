// SQLite through SOCI. A session is a file and does not get lost.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>
#include <thread>

#include "common/base/assert.hpp"
#include "common/db/engine.hpp"

namespace lode::db {
namespace {

// SQLite's primary result codes (sqlite3.h).
constexpr int sqlite_busy = 5;
constexpr int sqlite_locked = 6;
constexpr int sqlite_io_error = 10;
constexpr int sqlite_full = 13;
constexpr int sqlite_cannot_open = 14;
constexpr int sqlite_constraint = 19;

// Longer than any transaction of ours, so that who finds the file locked queues instead of failing.
constexpr std::chrono::seconds longest_wait(5);

ErrorCode code_of(const soci::soci_error& error) {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    if (sqlite == nullptr) return ErrorCode::internal;
    switch (sqlite->result() & 0xff) {
        case sqlite_busy:
        case sqlite_locked:
        case sqlite_io_error:
        case sqlite_cannot_open:
            return ErrorCode::unavailable;
        case sqlite_full:
            return ErrorCode::exhausted;
        case sqlite_constraint:
            return ErrorCode::conflict;
        default:
            return ErrorCode::internal;
    }
}

// SOCI cuts an INTEGER PRIMARY KEY to 32 bits; SQLite has it whole. (The library hides its type
// information from the sanitizer.)
[[gnu::no_sanitize("vptr")]] std::int64_t full_width(soci::statement& prepared,
                                                     std::size_t column) {
    auto* native = static_cast<soci::sqlite3_statement_backend*>(prepared.get_backend());
    return sqlite_api::sqlite3_column_int64(native->stmt_, static_cast<int>(column));
}

Value value_at(const soci::row& row, soci::statement& prepared, std::size_t column) {
    if (row.get_indicator(column) == soci::i_null) return std::monostate{};
    switch (row.get_properties(column).get_data_type()) {
        case soci::dt_long_long:
            return static_cast<std::int64_t>(row.get<long long>(column));
        case soci::dt_integer:
            return full_width(prepared, column);
        case soci::dt_string:
            return row.get<std::string>(column);
        default:
            break;
    }
    LODE_ASSERT(!"a column of a type that no table of ours has");
    return std::monostate{};
}

class SqliteEngine final : public Engine {
  public:
    explicit SqliteEngine(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] const Dialect& dialect() const override { return sqlite_dialect(); }
    [[nodiscard]] bool is_open() const override { return open_; }

    [[nodiscard]] Result<void> open() override {
        try {
            const std::string seconds = std::to_string(longest_wait.count());
            session_.open(soci::sqlite3, "db=\"" + path_ + "\" timeout=" + seconds);
        } catch (const soci::soci_error& error) {
            return failure(code_of(error), path_ + ": " + error.get_error_message());
        }
        if (const auto set = set_up(); !set) return failure_in(path_, set.error());
        open_ = true;
        return success();
    }

    void close() override {}

    [[nodiscard]] Result<std::int64_t> run(const Statement& statement,
                                           const EachRow& each) override {
        try {
            return each ? read(statement, each) : change(statement);
        } catch (const soci::soci_error& error) {
            return failure(code_of(error), error.get_error_message());
        }
    }

    [[nodiscard]] Result<void> lock() override { return execute(sqlite_dialect().begin); }
    [[nodiscard]] Result<void> unlock(Ending ending) override {
        return execute(ending == Ending::done ? "COMMIT" : "ROLLBACK");
    }

  private:
    [[nodiscard]] Result<void> set_up() {
        LODE_TRY_VOID(log_ahead());
        LODE_TRY_VOID(execute("PRAGMA synchronous=FULL"));
        return execute("PRAGMA foreign_keys=ON");
    }

    // A file that is fresh is put into WAL mode by whoever opens it first. SQLite does not wait
    // when several do so at once: each holds a read lock that the others' change would wait for, so
    // all but one are told "busy" without a look at the timeout. That one gets on, so each round
    // leaves fewer, and later ones find nothing to change.
    [[nodiscard]] Result<void> log_ahead() {
        constexpr std::chrono::milliseconds pause(2);  // a change takes about as long
        const auto until = std::chrono::steady_clock::now() + longest_wait;
        while (true) {
            const auto set = execute("PRAGMA journal_mode=WAL");
            if (set) return success();
            if (!is_busy() || std::chrono::steady_clock::now() >= until) return set.error();
            std::this_thread::sleep_for(pause);
        }
    }

    // Whether that is why the last statement failed. (As at full_width.)
    [[nodiscard, gnu::no_sanitize("vptr")]] bool is_busy() {
        auto* native = static_cast<soci::sqlite3_session_backend*>(session_.get_backend());
        return sqlite_api::sqlite3_errcode(native->conn_) == sqlite_busy;
    }

    [[nodiscard]] Result<void> execute(std::string_view sql) {
        LODE_TRY_VOID(run({std::string(sql), {}}, nullptr));
        return success();
    }

    std::int64_t read(const Statement& statement, const EachRow& each) {
        soci::row row;
        soci::statement prepared(session_);
        for (const std::string& text : statement.texts) prepared.exchange(soci::use(text));
        prepared.exchange(soci::into(row));
        prepared.alloc();
        prepared.prepare(statement.sql);
        prepared.define_and_bind();
        bool got = prepared.execute(true);
        while (got) {
            std::vector<Value> values;
            values.reserve(row.size());
            for (std::size_t i = 0; i < row.size(); ++i) {
                values.push_back(value_at(row, prepared, i));
            }
            each(std::move(values));
            got = prepared.fetch();
        }
        return prepared.get_affected_rows();
    }

    std::int64_t change(const Statement& statement) {
        soci::statement prepared(session_);
        for (const std::string& text : statement.texts) prepared.exchange(soci::use(text));
        prepared.alloc();
        prepared.prepare(statement.sql);
        prepared.define_and_bind();
        prepared.execute(true);
        return prepared.get_affected_rows();
    }

    std::string path_;
    soci::session session_;
    bool open_ = false;
};

}  // namespace

std::unique_ptr<Engine> make_sqlite_engine(std::string path) {
    return std::make_unique<SqliteEngine>(std::move(path));
}

}  // namespace lode::db
