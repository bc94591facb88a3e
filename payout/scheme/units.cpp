// Exact products and quotients behind work in units.
#include "payout/scheme/units.hpp"

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
Uint256 wide(Uint128 value) {
    return Uint256({low64(value), high64(value), 0, 0});
}

}  // namespace

Uint128 mul_div(Uint128 a, Uint128 b, Uint128 c) {
    LODE_ASSERT(c != 0);
    Uint128 product = 0;
    if (!__builtin_mul_overflow(a, b, &product)) return product / c;
    const Uint256 full = multiply(wide(a), low64(b)).low + (multiply(wide(a), high64(b)).low << 64);
    const Uint256 quotient = divide(full, wide(c)).quotient;
    LODE_ASSERT(quotient.bit_length() <= 128);
    return (Uint128{quotient.limb(1)} << 64) | quotient.limb(0);
}

Units units_of(const bitcoin::Work& work, const bitcoin::Work& network) {
    const Uint128 raw = mul_div(number(work), Uint128{1} << 64, number(network));
    LODE_ASSERT(raw >> 127 == 0);
    return Units(raw);
}

Result<bitcoin::Work> network_work(std::uint32_t bits) {
    LODE_TRY(const auto target, bitcoin::target_from_bits(bits));
    return bitcoin::work_of_target(target);
}

Result<bitcoin::Work> NetworkTable::of(std::uint32_t bits) {
    for (const auto& [known, work] : known_) {
        if (known == bits) return work;
    }
    LODE_TRY(const auto work, network_work(bits));
    known_.emplace_back(bits, work);
    return work;
}

}  // namespace lode::payout
