// The schema's third version: what money needs. Steps of migrations.cpp.
#pragma once

#include <span>
#include <string_view>

namespace lode::db {

[[nodiscard]] std::span<const std::string_view> money_schema();

}  // namespace lode::db
