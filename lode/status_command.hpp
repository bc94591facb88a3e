// `lode status`: asks the pool's services and its API on this machine, once or again and again.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// The exit code: 0 when all services are ready. Unavailable when none answers.
[[nodiscard]] Result<int> status(const Options& options);

}  // namespace lode::launcher
