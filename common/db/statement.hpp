// A statement's text with its parameters in place. Integers and bytes become literals (bytes as
// X'…', which both engines read as binary); text stays a bound `?`, so that no input is ever SQL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/db/db.hpp"

namespace lode::db {

struct Statement {
    std::string sql;
    std::vector<std::string> texts;  // for the `?` left, in order
};

// As many parameters as `?`: any other number is a bug.
[[nodiscard]] Statement bind(std::string_view sql, const std::vector<Value>& parameters);

// Rows first … first + count - 1 of an upsert as one statement.
[[nodiscard]] Statement upsert_statement(const Upsert& upsert, std::size_t first,
                                         std::size_t count);

}  // namespace lode::db
