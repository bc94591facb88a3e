// The name of one instance of a service, where there may be several.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::runtime {

// "<service>-" and 8 hex digits, from `<folder>/instance`, which is made when it is missing: the
// name stays the same as long as the folder does.
[[nodiscard]] Result<std::string> instance_name(const std::filesystem::path& folder,
                                                std::string_view service);

}  // namespace lode::runtime
