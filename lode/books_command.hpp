// `lode payout books|export|close-month|deposit`.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// Prints what is owed, what the reserve has, and what the wallet holds where one is set; gives 1
// when the wallet holds less than is owed.
[[nodiscard]] Result<int> payout_books(const Options& options);
// Prints a table, its columns' names first (CSV) or in each row (JSON).
[[nodiscard]] Result<int> payout_export(const Options& options);
// Rejected when the month is not over or was closed before.
[[nodiscard]] Result<int> payout_close_month(const Options& options);
// Books coins that were moved into or out of the pool's wallet as the reserve's. Rejected for 0.
[[nodiscard]] Result<int> payout_deposit(const Options& options);

}  // namespace lode::launcher
