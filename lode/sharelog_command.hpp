// `lode sharelog dump` and `verify`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// Both print to stdout, work while the pool runs, and give the exit code: verify gives 1 when a
// share is bad or the archive and the database differ.
[[nodiscard]] Result<int> sharelog_dump(const Options& options);
[[nodiscard]] Result<int> sharelog_verify(const Options& options);

}  // namespace lode::launcher
