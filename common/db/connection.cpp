// Transactions and their repetition over an engine.
#include <algorithm>
#include <filesystem>

#include "common/base/assert.hpp"
#include "common/db/db.hpp"
#include "common/db/dialect.hpp"
#include "common/db/engine.hpp"
#include "common/db/statement.hpp"

namespace lode::db {
namespace {

// Rows a statement: measured from 1 to 2,000 (README.md); the gain ends at 500.
constexpr std::size_t rows_per_statement = 500;

// Names the statement by its beginning: `sql` is text of the code, without any value.
auto failure_of(std::string_view sql, const Error& error) {
    constexpr std::size_t shown = 60;
    std::string what = "database: " + std::string(sql.substr(0, shown));
    if (sql.size() > shown) what += "...";
    return failure_in(what, error);
}

}  // namespace

struct Connection::Impl {
    std::unique_ptr<Engine> engine;
    // Between begin and end of a transaction, or under the lock.
    bool inside = false;
    // The engine asked for a repetition since then: what was written before may be undone, so
    // nothing more is sent and nothing is committed.
    bool broken = false;

    Result<std::int64_t> run(const Statement& statement, const Engine::EachRow& each = nullptr) {
        if (inside && (broken || !engine->is_open())) {
            broken = true;
            return failure(ErrorCode::unavailable, "lost in the middle of a transaction");
        }
        if (!engine->is_open()) {
            LODE_TRY_VOID(engine->open());
        }
        auto outcome = engine->run(statement, each);
        if (!outcome && outcome.error().code == ErrorCode::unavailable) broken = true;
        return outcome;
    }

    Result<void> begin(std::string_view how) {
        LODE_ASSERT(!inside);
        LODE_TRY_VOID(run({std::string(how), {}}));
        inside = true;
        broken = false;
        return success();
    }

    Result<void> end(Result<void> outcome) {
        if (broken && outcome) {
            outcome = failure(ErrorCode::unavailable, "the transaction was undone");
        }
        if (outcome) {
            const auto committed = run({"COMMIT", {}});
            inside = false;
            if (committed) return success();
            outcome = failure_of("COMMIT", committed.error());
        }
        inside = false;
        // The engine may have rolled back itself; then this fails and nothing is lost. Where it
        // cannot be said, the session is not used again.
        if (engine->is_open() && !engine->run({"ROLLBACK", {}}, nullptr)) engine->close();
        return outcome;
    }
};

Connection::Connection(std::unique_ptr<Engine> engine)
    : impl_(std::make_unique<Impl>(Impl{.engine = std::move(engine)})) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<Connection> Connection::open(const config::DatabaseConfig& config,
                                    const std::string& folder) {
    const std::string& url = config.url;
    constexpr std::string_view scheme = "sqlite:";
    std::unique_ptr<Engine> engine;
    if (url.starts_with(scheme)) {
        engine = make_sqlite_engine(url.size() > scheme.size()
                                        ? url.substr(scheme.size())
                                        : (std::filesystem::path(folder) / "lode.sqlite").string());
    } else {
        LODE_TRY(engine, make_mysql_engine(config));
    }
    LODE_TRY_VOID(engine->open());
    return Connection(std::move(engine));
}

Result<std::vector<Row>> Connection::query(std::string_view sql,
                                           const std::vector<Value>& parameters) {
    std::vector<Row> rows;
    const auto read = impl_->run(bind(sql, parameters, dialect()), [&rows](std::vector<Value> row) {
        rows.emplace_back(std::move(row));
    });
    if (!read) return failure_of(sql, read.error());
    return rows;
}

Result<std::int64_t> Connection::execute(std::string_view sql,
                                         const std::vector<Value>& parameters) {
    auto changed = impl_->run(bind(sql, parameters, dialect()));
    if (!changed) return failure_of(sql, changed.error());
    return changed;
}

Result<void> Connection::upsert(const Upsert& upsert) {
    for (std::size_t first = 0; first < upsert.rows.size(); first += rows_per_statement) {
        const auto count = std::min(rows_per_statement, upsert.rows.size() - first);
        const auto written = impl_->run(upsert_statement(upsert, {first, count}, dialect()));
        if (!written) return failure_of("upsert " + std::string(upsert.table), written.error());
    }
    return success();
}

Result<void> Connection::transaction(const std::function<Result<void>()>& body, int attempts) {
    LODE_ASSERT(attempts > 0);
    for (int attempt = 1;; ++attempt) {
        if (!impl_->engine->is_open()) {
            // Opening waits long enough already; whoever calls decides when to try again.
            LODE_TRY_VOID(impl_->engine->open());
        }
        impl_->broken = false;
        Result<void> outcome = impl_->begin(dialect().begin);
        if (outcome) {
            outcome = impl_->end(body());
        } else {
            outcome = failure_of("BEGIN", outcome.error());
        }
        if (outcome || !impl_->broken || attempt == attempts) return outcome;
    }
}

Result<void> Connection::snapshot(const std::function<Result<void>()>& body) {
    if (!dialect().before_snapshot.empty()) {
        LODE_TRY_VOID(execute(dialect().before_snapshot));
    }
    if (const auto begun = impl_->begin(dialect().begin_snapshot); !begun) {
        return failure_of("BEGIN", begun.error());
    }
    return impl_->end(body());
}

Result<void> Connection::exclusively(const std::function<Result<void>()>& body) {
    LODE_ASSERT(!impl_->inside);
    LODE_TRY_VOID(impl_->engine->lock());
    impl_->inside = true;
    impl_->broken = false;
    Result<void> outcome = body();
    impl_->inside = false;
    auto ended = impl_->engine->unlock(outcome ? Engine::Ending::done : Engine::Ending::failed);
    if (!outcome) return outcome;
    return ended;
}

const Dialect& Connection::dialect() const {
    return impl_->engine->dialect();
}

}  // namespace lode::db
