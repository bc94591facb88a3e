// `lode payout sent|book-sent|ignore-sent`: what the wallet sent and the books do not know.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// All are rejected where [payout] payments is "off".

// Prints each that pauses payments, and whom it pays; exit code 1 where there is any.
[[nodiscard]] Result<int> payout_sent(const Options& options);
// Each as a payment that the running payout follows from now on.
[[nodiscard]] Result<int> payout_book_sent(const Options& options);
// Each as none; payments go on when they are resumed.
[[nodiscard]] Result<int> payout_ignore_sent(const Options& options);

}  // namespace lode::launcher
