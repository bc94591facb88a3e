// 128-bit numbers whose products need 256 bits.
#pragma once

#include <cstdint>

#include "common/bitcoin/uint256.hpp"

namespace lode::payout {

__extension__ using Uint128 = unsigned __int128;

[[nodiscard]] bitcoin::Uint256 wide(Uint128 value);
// The value is below 2^128, else it is a bug.
[[nodiscard]] Uint128 narrow(const bitcoin::Uint256& value);
[[nodiscard]] bitcoin::Uint256 product(Uint128 a, Uint128 b);
// floor(a * b / c), the product in 256 bits. `c` is not zero; a quotient of more than 128 bits is
// a bug.
[[nodiscard]] Uint128 mul_div(Uint128 a, Uint128 b, Uint128 c);

}  // namespace lode::payout
