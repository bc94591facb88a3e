// `lode user add` and `lode user list`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// Registers options.user and writes down who did so. Rejected when it is no name, or is registered
// already. sservers in registered mode let it in within about 10 s.
[[nodiscard]] Result<int> user_add(const Options& options);

// Prints "NAME  DAY" for each user, in the order of their registration; works while the pool runs.
[[nodiscard]] Result<int> user_list(const Options& options);

}  // namespace lode::launcher
