// What money needs of the schema's third and fourth version. Steps of migrations.cpp.
#pragma once

#include <span>
#include <string_view>

namespace lode::db {

[[nodiscard]] std::span<const std::string_view> money_schema();
[[nodiscard]] std::span<const std::string_view> money_schema_4();

}  // namespace lode::db
