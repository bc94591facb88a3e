// What somebody probably meant by a name that does not exist.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode::config {

// `, did you mean "port"?` when a known name is near, else `, known here: a, b` (or nothing).
[[nodiscard]] std::string suggestion(std::string_view name,
                                     const std::vector<std::string_view>& known);

}  // namespace lode::config
