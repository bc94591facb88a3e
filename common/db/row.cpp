// Values of a row as the types callers ask for.
#include <charconv>

#include "common/base/assert.hpp"
#include "common/db/db.hpp"

namespace lode::db {

bool Row::is_null(std::size_t column) const {
    return std::holds_alternative<std::monostate>(values_.at(column));
}

std::int64_t Row::integer(std::size_t column) const {
    const Value& value = values_.at(column);
    if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
    const auto* digits = std::get_if<std::string>(&value);
    LODE_ASSERT(digits != nullptr);
    std::int64_t number = 0;
    const char* end = digits->data() + digits->size();
    const auto parsed = std::from_chars(digits->data(), end, number);
    LODE_ASSERT(parsed.ec == std::errc() && parsed.ptr == end);
    return number;
}

const std::string& Row::text(std::size_t column) const {
    const auto* characters = std::get_if<std::string>(&values_.at(column));
    LODE_ASSERT(characters != nullptr);
    return *characters;
}

Bytes Row::bytes(std::size_t column) const {
    return to_bytes(as_bytes(text(column)));
}

}  // namespace lode::db
