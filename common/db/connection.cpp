// SOCI behind the database's face; the only file that includes it.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <algorithm>
#include <filesystem>

#include "common/base/assert.hpp"
#include "common/db/db.hpp"
#include "common/db/dialect.hpp"
#include "common/db/statement.hpp"

namespace lode::db {
namespace {

// SQLite's primary result codes (sqlite3.h).
constexpr int sqlite_busy = 5;
constexpr int sqlite_locked = 6;
constexpr int sqlite_io_error = 10;
constexpr int sqlite_full = 13;
constexpr int sqlite_cannot_open = 14;
constexpr int sqlite_constraint = 19;

// Rows a statement: tried 1, 100, 500, 1,000; the gain ends at 500.
constexpr std::size_t rows_per_statement = 500;

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

// Names the statement by its beginning: `sql` is text of the code, without any value.
auto database_failure(std::string_view sql, const soci::soci_error& error) {
    constexpr std::size_t shown = 60;
    std::string what = "database: " + std::string(sql.substr(0, shown));
    if (sql.size() > shown) what += "...";
    return failure(code_of(error), what + ": " + error.get_error_message());
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

}  // namespace

struct Connection::Impl {
    explicit Impl(const Dialect& spoken) : dialect(spoken) {}

    soci::session session;
    const Dialect& dialect;

    // Runs a statement; rows are handed to `each` when it gives any. Returns the rows changed.
    template <class Each>
    std::int64_t run(const Statement& statement, Each each) {
        soci::row row;
        soci::statement prepared(session);
        for (const std::string& text : statement.texts) prepared.exchange(soci::use(text));
        prepared.exchange(soci::into(row));
        prepared.alloc();
        prepared.prepare(statement.sql);
        prepared.define_and_bind();
        bool got = prepared.execute(true);
        while (got) {
            each(row, prepared);
            got = prepared.fetch();
        }
        return prepared.get_affected_rows();
    }

    std::int64_t run(const Statement& statement) {
        soci::statement prepared(session);
        for (const std::string& text : statement.texts) prepared.exchange(soci::use(text));
        prepared.alloc();
        prepared.prepare(statement.sql);
        prepared.define_and_bind();
        prepared.execute(true);
        return prepared.get_affected_rows();
    }
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<Connection> Connection::open(const config::DatabaseConfig& config,
                                    const std::string& folder) {
    const std::string& url = config.url;
    constexpr std::string_view scheme = "sqlite:";
    if (!url.starts_with(scheme)) {
        return failure(ErrorCode::malformed, "database.url: only sqlite: is in this build, not " +
                                                 url.substr(0, url.find(':') + 1));
    }
    const std::string path = url.size() > scheme.size()
                                 ? url.substr(scheme.size())
                                 : (std::filesystem::path(folder) / "lode.sqlite").string();
    try {
        auto impl = std::make_unique<Impl>(sqlite_dialect());
        // 5 s: longer than any transaction of ours, so that writers queue instead of failing.
        impl->session.open(soci::sqlite3, "db=\"" + path + "\" timeout=5");
        for (const char* pragma :
             {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"}) {
            impl->run({pragma, {}});
        }
        return Connection(std::move(impl));
    } catch (const soci::soci_error& error) {
        return failure(code_of(error), path + ": " + error.get_error_message());
    }
}

Result<std::vector<Row>> Connection::query(std::string_view sql,
                                           const std::vector<Value>& parameters) {
    try {
        std::vector<Row> rows;
        impl_->run(bind(sql, parameters), [&](const soci::row& row, soci::statement& prepared) {
            std::vector<Value> values;
            values.reserve(row.size());
            for (std::size_t i = 0; i < row.size(); ++i) {
                values.push_back(value_at(row, prepared, i));
            }
            rows.emplace_back(std::move(values));
        });
        return rows;
    } catch (const soci::soci_error& error) {
        return database_failure(sql, error);
    }
}

Result<std::int64_t> Connection::execute(std::string_view sql,
                                         const std::vector<Value>& parameters) {
    try {
        return impl_->run(bind(sql, parameters));
    } catch (const soci::soci_error& error) {
        return database_failure(sql, error);
    }
}

Result<void> Connection::upsert(const Upsert& upsert) {
    try {
        for (std::size_t first = 0; first < upsert.rows.size(); first += rows_per_statement) {
            const auto count = std::min(rows_per_statement, upsert.rows.size() - first);
            impl_->run(upsert_statement(upsert, first, count));
        }
        return success();
    } catch (const soci::soci_error& error) {
        return database_failure("upsert " + std::string(upsert.table), error);
    }
}

Result<void> Connection::transaction(const std::function<Result<void>()>& body, int attempts) {
    LODE_ASSERT(attempts > 0);
    for (int attempt = 1;; ++attempt) {
        Result<void> outcome = success();
        if (const auto begun = execute(impl_->dialect.begin); !begun) {
            outcome = begun.error();
        } else {
            outcome = body();
            if (outcome) {
                const auto committed = execute("COMMIT");
                if (committed) return success();
                outcome = committed.error();
            }
            // The engine may have rolled back itself; then this says so and nothing is lost.
            (void)execute("ROLLBACK");
        }
        const bool again = outcome.error().code == ErrorCode::unavailable;
        if (!again || attempt == attempts) return outcome;
    }
}

}  // namespace lode::db
