// `lode sharelog dump`, `verify`, `recompute` and `accept-gap`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// These two print to stdout, work while the pool runs, and give the exit code: verify gives 1 when
// a share is bad or the archive and the database differ.
[[nodiscard]] Result<int> sharelog_dump(const Options& options);
[[nodiscard]] Result<int> sharelog_verify(const Options& options);
// Compares each row of user_bucket (of one day, with options.day) with what the archive's shares
// add up to, and names those that differ; gives 1 when there is one. Changes nothing.
[[nodiscard]] Result<int> sharelog_recompute(const Options& options);
// Lets the partition that stands at exactly this gap go on without the missing shares, and writes
// down who did so and why. Rejected when none stands there.
[[nodiscard]] Result<int> sharelog_accept_gap(const Options& options);

}  // namespace lode::launcher
