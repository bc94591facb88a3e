// Where the engines differ. One engine is built in; MySQL/MariaDB will be the second.
#pragma once

#include <string>
#include <string_view>

#include "common/db/db.hpp"

namespace lode::db {

struct Dialect {
    std::string_view begin;          // starts a transaction that will write
    std::string_view id_type;        // of a table's own integer key, given by the engine
    std::string_view version_table;  // creates schema_version when it is missing
};

[[nodiscard]] const Dialect& sqlite_dialect();

// The tail of an INSERT that adds to or replaces a row that exists.
[[nodiscard]] std::string on_conflict(const Upsert& upsert);

}  // namespace lode::db
