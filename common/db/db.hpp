// The accounting database: parametrised statements, transactions that are repeated when the
// engine asks for it, and multi-row upserts. One schema for SQLite and MySQL/MariaDB; SOCI is
// known only to this folder's sources. Blocking: a service calls it from a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/config/pool.hpp"

namespace lode::db {

// SQL NULL, BIGINT, text, or binary (BLOB/BINARY).
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

class Row {
  public:
    explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
    // Columns in the order of the SELECT list; reading one as what it is not is a bug. Sums and
    // other expressions are integers when they look like one, whatever the engine calls them.
    [[nodiscard]] bool is_null(std::size_t column) const;
    [[nodiscard]] std::int64_t integer(std::size_t column) const;
    [[nodiscard]] const std::string& text(std::size_t column) const;
    [[nodiscard]] Bytes bytes(std::size_t column) const;

  private:
    std::vector<Value> values_;
};

// Rows to insert; where the key exists already, `add` columns grow by the new value and `replace`
// columns take it. All names are constants of the code, never input.
struct Upsert {
    std::string_view table;
    std::vector<std::string_view> columns;  // all, in the order of each row's values
    std::vector<std::string_view> key;      // a unique key of the table
    std::vector<std::string_view> add;
    std::vector<std::string_view> replace;
    std::vector<std::vector<Value>> rows;
};

class Connection {
  public:
    // The url "sqlite:" is `<folder>/lode.sqlite`, "sqlite:PATH" that file,
    // "mysql://user@host/name" a database of a server. Errors: unavailable, naming the URL without
    // password.
    [[nodiscard]] static Result<Connection> open(const config::DatabaseConfig& config,
                                                 const std::string& folder);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    // `?` marks each parameter and stands nowhere else in the text. query() reads all rows:
    // callers bound them with LIMIT. Errors: unavailable (busy, connection lost: try again),
    // exhausted (disk full), conflict (a constraint), internal (a wrong statement).
    [[nodiscard]] Result<std::vector<Row>> query(std::string_view sql,
                                                 const std::vector<Value>& parameters = {});
    // Rows changed (matched, on MySQL).
    [[nodiscard]] Result<std::int64_t> execute(std::string_view sql,
                                               const std::vector<Value>& parameters = {});
    // Sent in statements of 500 rows, the best size tried for both engines.
    [[nodiscard]] Result<void> upsert(const Upsert& rows);

    // Runs `body` in one transaction (READ COMMITTED or stricter). An error from `body` rolls
    // back and is returned; a deadlock, a busy database or a lost connection runs the whole body
    // again, at most `attempts` times.
    [[nodiscard]] Result<void> transaction(const std::function<Result<void>()>& body,
                                           int attempts = 5);

  private:
    struct Impl;
    explicit Connection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Numbered migrations (migrations.cpp), each in a transaction. migrate() brings an older schema
// to the newest; a schema newer than this program is left alone.
[[nodiscard]] Result<void> migrate(Connection& connection);
[[nodiscard]] Result<std::int64_t> schema_version(Connection& connection);
[[nodiscard]] std::int64_t newest_schema_version();

}  // namespace lode::db
