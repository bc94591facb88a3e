// `lode ledger verify`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// Prints the sums of all accounts and what does not hold; beside a running pool too. Gives 1 on
// any complaint.
[[nodiscard]] Result<int> ledger_verify(const Options& options);

}  // namespace lode::launcher
