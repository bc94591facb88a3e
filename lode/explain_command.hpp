// `lode payout explain`.
#pragma once

#include <string>

#include "common/base/result.hpp"
#include "lode/options.hpp"
#include "payout/settlement/explain.hpp"

namespace lode::launcher {

// Prints the work, the formula and each rounding behind a user's credit of a block, and what the
// ledger says of it; gives 1 where they differ. Rejected when there is no such block or user, or
// several blocks at that height.
[[nodiscard]] Result<int> payout_explain(const Options& options);

// Lines of text.
[[nodiscard]] std::string explanation_text(const payout::Explanation& explanation);

}  // namespace lode::launcher
