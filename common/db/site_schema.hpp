// The schema's fourth version: what the API shows of long ago, and who may see and change what.
// Steps of migrations.cpp.
#pragma once

#include <span>
#include <string_view>

namespace lode::db {

[[nodiscard]] std::span<const std::string_view> site_schema();

}  // namespace lode::db
