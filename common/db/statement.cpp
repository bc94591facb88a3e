// The only place that assembles SQL text; names come from the code, values as said in the header.
#include "common/db/statement.hpp"

#include "common/base/assert.hpp"
#include "common/base/hex.hpp"

namespace lode::db {
namespace {

void append_value(Statement& statement, const Value& value, const Dialect& dialect) {
    if (std::holds_alternative<std::monostate>(value)) {
        statement.sql += "NULL";
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
        statement.sql += std::to_string(*number);
    } else if (const auto* bytes = std::get_if<Bytes>(&value)) {
        statement.sql.append("X'").append(to_hex(*bytes)).append("'");
    } else if (const auto& text = std::get<std::string>(value);
               dialect.texts == Dialect::Texts::hexadecimal) {
        statement.sql.append("X'").append(to_hex(as_bytes(text))).append("'");
    } else {
        statement.sql += '?';
        statement.texts.push_back(text);
    }
}

}  // namespace

Statement bind(std::string_view sql, const std::vector<Value>& parameters, const Dialect& dialect) {
    Statement statement;
    std::size_t used = 0;
    for (const char c : sql) {
        if (c != '?') {
            statement.sql += c;
            continue;
        }
        LODE_ASSERT(used < parameters.size());
        append_value(statement, parameters[used++], dialect);
    }
    LODE_ASSERT(used == parameters.size());
    return statement;
}

std::string marks(std::size_t count) {
    LODE_ASSERT(count > 0);
    std::string text = "?";
    for (std::size_t i = 1; i < count; ++i) text += ", ?";
    return text;
}

Statement upsert_statement(const Upsert& upsert, RowRange range, const Dialect& dialect) {
    Statement statement;
    statement.sql.append("INSERT INTO ").append(upsert.table).append(" (");
    for (std::size_t i = 0; i < upsert.columns.size(); ++i) {
        if (i > 0) statement.sql += ", ";
        statement.sql += upsert.columns[i];
    }
    statement.sql += ") VALUES ";
    for (std::size_t row = range.first; row < range.first + range.count; ++row) {
        LODE_ASSERT(upsert.rows[row].size() == upsert.columns.size());
        statement.sql += row == range.first ? "(" : ", (";
        for (std::size_t i = 0; i < upsert.columns.size(); ++i) {
            if (i > 0) statement.sql += ", ";
            append_value(statement, upsert.rows[row][i], dialect);
        }
        statement.sql += ')';
    }
    statement.sql += when_it_exists(upsert, dialect);
    return statement;
}

}  // namespace lode::db
