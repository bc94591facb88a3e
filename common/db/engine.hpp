// What an engine does for a Connection, which adds transactions and their repetition. One open
// session, used by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/config/pool.hpp"
#include "common/db/dialect.hpp"
#include "common/db/statement.hpp"

namespace lode::db {

class Engine {
  public:
    virtual ~Engine() = default;

    [[nodiscard]] virtual const Dialect& dialect() const = 0;

    // Whether a statement can be sent. Once it is false, what was begun is undone, and open()
    // makes a fresh session. Sends nothing.
    [[nodiscard]] virtual bool is_open() const = 0;
    [[nodiscard]] virtual Result<void> open() = 0;
    virtual void close() = 0;

    // Rows matched by an UPDATE or DELETE, inserted by an INSERT; each row of a SELECT goes to
    // `each`. Errors have a code as at Connection::query and never show data.
    using EachRow = std::function<void(std::vector<Value>)>;
    [[nodiscard]] virtual Result<std::int64_t> run(const Statement& statement,
                                                   const EachRow& each) = 0;

    // From lock() to unlock() nobody else has the lock of this database, and statements may take
    // minutes. Engines whose schema changes are transactions undo what was `failed`.
    enum class Ending { failed, done };
    [[nodiscard]] virtual Result<void> lock() = 0;
    [[nodiscard]] virtual Result<void> unlock(Ending ending) = 0;
};

// `path` is the file's.
[[nodiscard]] std::unique_ptr<Engine> make_sqlite_engine(std::string path);
// Malformed unless the URL is mysql://user@host[:port]/name.
[[nodiscard]] Result<std::unique_ptr<Engine>> make_mysql_engine(
    const config::DatabaseConfig& config);

}  // namespace lode::db
