// Share difficulties are powers of two, 2^-32 to 2^63: ASIC firmware rounds others down and then
// sends shares that are refused. Here an exponent becomes a target and its credit, and back.
#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/bitcoin/target.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::sserver {

inline constexpr int exponent_min = -32;
inline constexpr int exponent_max = 63;

struct ShareTarget {
    bitcoin::Uint256 target;
    bitcoin::Work work;  // what a share that meets it is credited with
};

// Of difficulty 2^exponent, exponent_min <= exponent <= exponent_max.
[[nodiscard]] const ShareTarget& share_target(int exponent);

// The greatest exponent whose shares are at most as hard as the target; exponent_min when even
// that one's are harder.
[[nodiscard]] int exponent_not_above(const bitcoin::Uint256& target);
// The least exponent whose shares are at least as hard; exponent_max when none are.
[[nodiscard]] int exponent_not_below(const bitcoin::Uint256& target);

// A power of two as an operator writes it: "1024", "0.5" or "2^-10".
[[nodiscard]] Result<int> parse_exponent(std::string_view text);

}  // namespace lode::sserver
