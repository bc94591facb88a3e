// Where the engines' words differ.
#pragma once

#include <string>
#include <string_view>

#include "common/db/db.hpp"

namespace lode::db {

struct Dialect {
    // How a text gets into a statement: as a parameter of the engine, or as X'…'.
    enum class Texts { bound, hexadecimal };
    enum class ColumnReferences { hold, dropped };
    enum class Existing { on_conflict, on_duplicate_key };

    std::string_view begin;            // starts a transaction that will write
    std::string_view before_snapshot;  // sent ahead of the next; empty: nothing
    std::string_view begin_snapshot;   // starts a transaction that reads all as of one moment
    std::string_view id_type;          // of a table's own integer key, given by the engine
    std::string_view text_type;        // compared byte by byte; its length follows in brackets
    ColumnReferences column_references;
    std::string_view find_versions;  // one number: whether the table schema_version is there
    Texts texts;
    Existing existing;
};

[[nodiscard]] const Dialect& sqlite_dialect();
// MariaDB and MySQL.
[[nodiscard]] const Dialect& mysql_dialect();

// A statement of a migration in the engine's words.
[[nodiscard]] std::string in_dialect(std::string_view statement, const Dialect& dialect);

// The tail of an INSERT that adds to or replaces a row that exists.
[[nodiscard]] std::string when_it_exists(const Upsert& upsert, const Dialect& dialect);

}  // namespace lode::db
