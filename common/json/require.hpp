// Fields that must be there: each gives the value or an error that names the field and what it
// should have been.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/result.hpp"
#include "common/json/document.hpp"

namespace lode::json {

[[nodiscard]] Result<std::string_view> require_string(Value object, std::string_view field);
[[nodiscard]] Result<bool> require_bool(Value object, std::string_view field);
[[nodiscard]] Result<std::int32_t> require_int32(Value object, std::string_view field);
[[nodiscard]] Result<std::uint32_t> require_uint32(Value object, std::string_view field);
[[nodiscard]] Result<std::int64_t> require_int64(Value object, std::string_view field);
[[nodiscard]] Result<std::uint64_t> require_uint64(Value object, std::string_view field);
[[nodiscard]] Result<Value> require_array(Value object, std::string_view field);
[[nodiscard]] Result<Value> require_object(Value object, std::string_view field);

}  // namespace lode::json
