// The thin face of the SQLite C API that the embedded bus needs: one connection, its prepared
// statements, and errors told apart by what to do about them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace lode::bus {

class SqliteStatement {
  public:
    // Parameters count from 1. Bound bytes are not copied: they live until the statement is done.
    void bind(int index, std::int64_t value);
    void bind(int index, ByteView bytes);

    // True: a row can be read. False: done, and ready to be bound and run again; after an error
    // too.
    [[nodiscard]] Result<bool> step();
    // For statements without rows.
    [[nodiscard]] Result<void> run();
    // Ends a statement of which not all rows were read.
    void reset();

    // Columns count from 0; views hold until the next step.
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string_view bytes(int column) const;

  private:
    friend class SqliteDatabase;
    struct Finalizer {
        void operator()(sqlite3_stmt* statement) const;
    };
    explicit SqliteStatement(sqlite3_stmt* statement) : statement_(statement) {}
    std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class SqliteDatabase {
  public:
    // Creates the file if there is none.
    [[nodiscard]] static Result<SqliteDatabase> open(const std::filesystem::path& path);

    [[nodiscard]] Result<SqliteStatement> prepare(const std::string& sql);
    // Statements without parameters, whose rows are of no interest.
    [[nodiscard]] Result<void> execute(const std::string& sql);
    // The one integer that `sql` yields.
    [[nodiscard]] Result<std::int64_t> integer(const std::string& sql);
    // Ends an open transaction; harmless when a failure has already ended it.
    void rollback();

  private:
    struct Closer {
        void operator()(sqlite3* database) const;
    };
    explicit SqliteDatabase(sqlite3* database) : database_(database) {}
    std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace lode::bus
