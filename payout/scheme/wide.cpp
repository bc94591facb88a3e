// Products of 128-bit numbers by halves.
#include "payout/scheme/wide.hpp"

#include "common/base/assert.hpp"

namespace lode::payout {
namespace {

using bitcoin::Uint256;

constexpr std::uint64_t low64(Uint128 value) {
    return static_cast<std::uint64_t>(value);
}
constexpr std::uint64_t high64(Uint128 value) {
    return static_cast<std::uint64_t>(value >> 64);
}

}  // namespace

Uint256 wide(Uint128 value) {
    return Uint256({low64(value), high64(value), 0, 0});
}

Uint128 narrow(const Uint256& value) {
    LODE_ASSERT(value.limb(2) == 0 && value.limb(3) == 0);
    return (Uint128{value.limb(1)} << 64) | value.limb(0);
}

Uint256 product(Uint128 a, Uint128 b) {
    return multiply(wide(a), low64(b)).low + (multiply(wide(a), high64(b)).low << 64);
}

Uint128 mul_div(Uint128 a, Uint128 b, Uint128 c) {
    LODE_ASSERT(c != 0);
    Uint128 small = 0;
    if (!__builtin_mul_overflow(a, b, &small)) return small / c;
    return narrow(divide(product(a, b), wide(c)).quotient);
}

}  // namespace lode::payout
