// `lode payout plan|bump|psbt`: payments looked at and helped along by hand.
#pragma once

#include "common/base/result.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// All are rejected where [payout] payments is "off".

// Prints whom the next payment would pay and who is left out, and why; changes nothing.
[[nodiscard]] Result<int> payout_plan(const Options& options);
// Signs and stores a version that pays the network more; the running payout sends it.
[[nodiscard]] Result<int> payout_bump(const Options& options);
// Prints the PSBT alone, in base64.
[[nodiscard]] Result<int> payout_psbt_export(const Options& options);
// Stores a signed version; the running payout sends it.
[[nodiscard]] Result<int> payout_psbt_import(const Options& options);

}  // namespace lode::launcher
