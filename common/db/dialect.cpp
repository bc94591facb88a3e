// The engines' words.
#include "common/db/dialect.hpp"

#include "common/base/assert.hpp"

namespace lode::db {
namespace {

void replace_all(std::string& text, std::string_view mark, std::string_view word) {
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + word.size())) {
        text.replace(at, mark.size(), word);
    }
}

// REFERENCES behind a column, which ends the column's definition.
void drop_column_references(std::string& sql) {
    constexpr std::string_view mark = " REFERENCES ";
    constexpr std::string_view before = "NOT NULL";
    for (auto at = sql.find(mark); at != sql.npos; at = sql.find(mark, at + 1)) {
        if (!std::string_view(sql).substr(0, at).ends_with(before)) continue;
        sql.erase(at, sql.find(')', at) + 1 - at);
    }
}

std::string on_conflict(const Upsert& upsert) {
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

// VALUES(column) is what both MariaDB and MySQL understand.
std::string on_duplicate_key(const Upsert& upsert) {
    std::string sql = " ON DUPLICATE KEY UPDATE ";
    if (upsert.add.empty() && upsert.replace.empty()) {
        // Sets a column to itself: INSERT IGNORE would hide every other error too.
        return sql.append(upsert.key[0])
            .append(" = ")
            .append(upsert.table)
            .append(".")
            .append(upsert.key[0]);
    }
    std::string_view comma;
    for (const auto column : upsert.add) {
        sql.append(comma).append(column).append(" = ").append(upsert.table).append(".");
        sql.append(column).append(" + VALUES(").append(column).append(")");
        comma = ", ";
    }
    for (const auto column : upsert.replace) {
        sql.append(comma).append(column).append(" = VALUES(").append(column).append(")");
        comma = ", ";
    }
    return sql;
}

}  // namespace

const Dialect& sqlite_dialect() {
    static const Dialect dialect{
        // Takes the write lock at once: a transaction that read first and then cannot write
        // would fail however long it waited.
        .begin = "BEGIN IMMEDIATE",
        .before_snapshot = "",
        .begin_snapshot = "BEGIN DEFERRED",
        .id_type = "INTEGER PRIMARY KEY",
        .text_type = "VARCHAR",
        .column_references = Dialect::ColumnReferences::hold,
        .find_versions = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'schema_version'",
        .texts = Dialect::Texts::bound,
        .existing = Dialect::Existing::on_conflict,
    };
    return dialect;
}

const Dialect& mysql_dialect() {
    static const Dialect dialect{
        .begin = "BEGIN",
        .before_snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        .begin_snapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        .id_type = "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY",
        // Every collation that both MariaDB and MySQL have takes 'a' and 'a ' for equal.
        .text_type = "VARBINARY",
        // MySQL ignores them; MariaDB would keep an index for each, which halves the rows written
        // to a bucket table.
        .column_references = Dialect::ColumnReferences::dropped,
        .find_versions =
            "SELECT COUNT(*) FROM information_schema.tables WHERE "
            "table_schema = DATABASE() AND table_name = 'schema_version'",
        // SOCI has no parameters here: it would quote the text into the statement.
        .texts = Dialect::Texts::hexadecimal,
        .existing = Dialect::Existing::on_duplicate_key,
    };
    return dialect;
}

std::string in_dialect(std::string_view statement, const Dialect& dialect) {
    std::string sql(statement);
    replace_all(sql, "{id}", dialect.id_type);
    replace_all(sql, "VARCHAR", dialect.text_type);
    if (dialect.column_references == Dialect::ColumnReferences::dropped) {
        drop_column_references(sql);
    }
    return sql;
}

std::string when_it_exists(const Upsert& upsert, const Dialect& dialect) {
    LODE_ASSERT(!upsert.key.empty());
    return dialect.existing == Dialect::Existing::on_conflict ? on_conflict(upsert)
                                                              : on_duplicate_key(upsert);
}

}  // namespace lode::db
