// The version of this build.
#pragma once

#include <string_view>

namespace lode::runtime {

[[nodiscard]] std::string_view version();  // "0.1.0", from CMakeLists.txt

}  // namespace lode::runtime
