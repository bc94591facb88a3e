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
    const Uint128 low = Uint128{low64(a)} * low64(b);
    const Uint128 middle = Uint128{low64(a)} * high64(b) + high64(low);  // below 2^128
    const Uint128 other = Uint128{high64(a)} * low64(b) + low64(middle);
    const Uint128 high = Uint128{high64(a)} * high64(b) + high64(middle) + high64(other);
    return Uint256({low64(low), low64(other), low64(high), high64(high)});
}

Uint128 mul_div(Uint128 a, Uint128 b, Uint128 c) {
    LODE_ASSERT(c != 0);
    Uint128 small = 0;
    if (!__builtin_mul_overflow(a, b, &small)) return small / c;
    return narrow(divide(product(a, b), wide(c)).quotient);
}

}  // namespace lode::payout
