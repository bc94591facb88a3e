// e^-x in fixed point: the same bits on every machine, which no floating point promises.
#pragma once

#include "payout/scheme/wide.hpp"

namespace lode::payout {

// e^-x for x >= 0 with 64 fraction bits, as 64 fraction bits rounded down: error below 2^-63.
// e^0 is 2^64 and so needs 65 bits.
[[nodiscard]] Uint128 exp_minus(Uint128 x);

}  // namespace lode::payout
