// The accounting database: parametrised statements, transactions that are repeated when the
// engine asks for it, and multi-row upserts. One schema for SQLite and MariaDB/MySQL; SOCI is
// known only to this folder's sources. Blocking: a service calls it from a thread of its own.
//
// A connection that the server has lost is opened again at its next use, so callers keep it and
// only try again. Every wait for a server ends: 10 s after it stopped answering a statement is
// unavailable. A statement outside a transaction that ends so may have been done or not.
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

struct Dialect;
class Engine;

class Connection {
  public:
    // The url "sqlite:" is `<folder>/lode.sqlite`, "sqlite:PATH" that file,
    // "mysql://user@host[:port]/name" a database of a server; with a ca_file only over TLS, by a
    // certificate of that authority. Errors: unavailable, naming the URL, malformed when it is
    // neither of these.
    [[nodiscard]] static Result<Connection> open(const config::DatabaseConfig& config,
                                                 const std::string& folder);
    // Over an engine (engine.hpp) that is open.
    explicit Connection(std::unique_ptr<Engine> engine);
    ~Connection();
    Connection(Connection&&) noexcept;
    Connection& operator=(Connection&&) noexcept;

    // `?` marks each parameter and stands nowhere else in the text. query() reads all rows:
    // callers bound them with LIMIT. Errors: unavailable (busy, connection lost: try again),
    // exhausted (disk full), conflict (a constraint), internal (a wrong statement).
    [[nodiscard]] Result<std::vector<Row>> query(std::string_view sql,
                                                 const std::vector<Value>& parameters = {});
    // The rows inserted or deleted, or matched by an UPDATE, also where it leaves a row as it was.
    [[nodiscard]] Result<std::int64_t> execute(std::string_view sql,
                                               const std::vector<Value>& parameters = {});
    // Sent in statements of 500 rows, the best size measured for both engines.
    [[nodiscard]] Result<void> upsert(const Upsert& rows);

    // Runs `body` in one transaction (READ COMMITTED or stricter). An error from `body` rolls
    // back and is returned; a deadlock, a busy database or a connection lost inside it undoes it
    // all and runs the whole body again, at most `attempts` times. An `unavailable` of the body's
    // own making is returned: repeating at once would not help whatever it asked.
    //
    // The answer to COMMIT may be lost with the connection. Then the body runs again although its
    // work stands, and must notice by what it reads or by a condition of its first UPDATE (as
    // sharelogger's does on the offset), or do what changes nothing the second time.
    [[nodiscard]] Result<void> transaction(const std::function<Result<void>()>& body,
                                           int attempts = 5);

    // Runs `body` in one transaction that only reads, all of it as of one moment and without
    // holding up who writes. Not repeated: an error ends it.
    [[nodiscard]] Result<void> snapshot(const std::function<Result<void>()>& body);

    // Runs `body` once while nobody else does so on this database; for changes of the schema. On
    // SQLite it is one transaction. MariaDB and MySQL commit each of its statements, so it must
    // be able to run again after a part of it.
    [[nodiscard]] Result<void> exclusively(const std::function<Result<void>()>& body);

    [[nodiscard]] const Dialect& dialect() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// "?, ?, ?" for as many parameters, at least one: what stands in the brackets of an IN.
[[nodiscard]] std::string marks(std::size_t count);

// Numbered migrations (migrations.cpp). migrate() brings an older schema to the newest, also after
// one that was killed in the middle; a schema newer than this program is left alone.
[[nodiscard]] Result<void> migrate(Connection& connection);
// 0 for a database without a schema, and for a user who may not see it. Changes nothing.
[[nodiscard]] Result<std::int64_t> schema_version(Connection& connection);
[[nodiscard]] std::int64_t newest_schema_version();
// Unavailable, saying what is to be done, while the schema is older than `version`.
[[nodiscard]] Result<void> need_schema(Connection& connection, std::int64_t version);

}  // namespace lode::db
