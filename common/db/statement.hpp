// A statement's text with its parameters in place. Integers and bytes become literals (bytes as
// X'…', which every engine reads as binary); text stays a bound `?` or becomes X'…' too, as the
// dialect says, so that no input is ever SQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/db.hpp"
#include "common/db/dialect.hpp"

namespace lode::db {

struct Statement {
    std::string sql;
    std::vector<std::string> texts;  // for the `?` left, in order
};

// As many parameters as `?`: any other number is a bug.
[[nodiscard]] Statement bind(std::string_view sql, const std::vector<Value>& parameters,
                             const Dialect& dialect);

// Some rows of an upsert as one statement.
struct RowRange {
    std::size_t first;
    std::size_t count;
};
[[nodiscard]] Statement upsert_statement(const Upsert& upsert, RowRange range,
                                         const Dialect& dialect);

}  // namespace lode::db
