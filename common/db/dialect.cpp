// SQLite's words.
#include "common/db/dialect.hpp"

#include "common/base/assert.hpp"

namespace lode::db {

const Dialect& sqlite_dialect() {
    static const Dialect dialect{
        // Takes the write lock at once: a transaction that read first and then cannot write
        // would fail however long it waited.
        .begin = "BEGIN IMMEDIATE",
        .id_type = "INTEGER PRIMARY KEY",
        .version_table = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)",
    };
    return dialect;
}

std::string on_conflict(const Upsert& upsert) {
    LODE_ASSERT(!upsert.key.empty());
    std::string sql = " ON CONFLICT (";
    for (std::size_t i = 0; i < upsert.key.size(); ++i) {
        if (i > 0) sql += ", ";
        sql += upsert.key[i];
    }
    sql += ") DO ";
    if (upsert.add.empty() && upsert.replace.empty()) return sql + "NOTHING";
    sql += "UPDATE SET ";
    std::string_view comma;
    for (const auto column : upsert.add) {
        sql.append(comma).append(column).append(" = ").append(upsert.table).append(".");
        sql.append(column).append(" + excluded.").append(column);
        comma = ", ";
    }
    for (const auto column : upsert.replace) {
        sql.append(comma).append(column).append(" = excluded.").append(column);
        comma = ", ";
    }
    return sql;
}

}  // namespace lode::db
