// `lode payout pause|resume|freeze|unfreeze|scheme|address|minimum`: what holds from now on, or
// from midnight. Each gives the exit code and leaves a row of audit_log.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// All are rejected when nothing would change, or when there is no such user.
[[nodiscard]] Result<int> payout_pause(const Options& options);
[[nodiscard]] Result<int> payout_resume(const Options& options);
[[nodiscard]] Result<int> payout_freeze(const Options& options);
[[nodiscard]] Result<int> payout_unfreeze(const Options& options);
// Rejected also when the settings do not offer the scheme.
[[nodiscard]] Result<int> payout_scheme(const Options& options);
// Rejected also when it is no address of the chain's network.
[[nodiscard]] Result<int> payout_address(const Options& options);
// Rejected also when it is below the pool's own.
[[nodiscard]] Result<int> payout_minimum(const Options& options);

}  // namespace lode::launcher
