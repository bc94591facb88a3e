// Unsigned 256-bit integers for targets, work and difficulty: exact, and no wider in function
// than these need. Addition, subtraction and left shifts wrap at 2^256, as unsigned integers do.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

class Uint256 {
  public:
    constexpr Uint256() = default;
    constexpr explicit Uint256(std::uint64_t low) : limbs_{low, 0, 0, 0} {}
    // Least significant limb first.
    constexpr explicit Uint256(const std::array<std::uint64_t, 4>& limbs) : limbs_(limbs) {}

    [[nodiscard]] static constexpr Uint256 max() { return Uint256({~0ULL, ~0ULL, ~0ULL, ~0ULL}); }
    // A hash as the number that is compared with a target.
    [[nodiscard]] static Uint256 from_hash(const Hash256& hash);
    // Little-endian, the order of the bus and the database.
    [[nodiscard]] Hash256 to_hash() const;

    [[nodiscard]] constexpr std::uint64_t limb(std::size_t index) const { return limbs_[index]; }
    [[nodiscard]] constexpr std::uint64_t low64() const { return limbs_[0]; }
    // The number of bits up to the highest set one; 0 for zero.
    [[nodiscard]] unsigned bit_length() const;
    [[nodiscard]] std::string to_decimal() const;

    friend Uint256 operator+(const Uint256& a, const Uint256& b);
    friend Uint256 operator-(const Uint256& a, const Uint256& b);
    friend Uint256 operator~(const Uint256& a);
    // Shifts of 256 and more give zero.
    friend Uint256 operator<<(const Uint256& a, unsigned bits);
    friend Uint256 operator>>(const Uint256& a, unsigned bits);

    friend constexpr bool operator==(const Uint256&, const Uint256&) = default;
    friend constexpr std::strong_ordering operator<=>(const Uint256& a, const Uint256& b) {
        for (std::size_t i = 4; i-- > 0;) {
            if (a.limbs_[i] != b.limbs_[i]) return a.limbs_[i] <=> b.limbs_[i];
        }
        return std::strong_ordering::equal;
    }

  private:
    std::array<std::uint64_t, 4> limbs_{};
};

// The full product: carry * 2^256 + low.
struct WideProduct {
    Uint256 low;
    std::uint64_t carry;
};
[[nodiscard]] WideProduct multiply(const Uint256& a, std::uint64_t b);

struct Division {
    Uint256 quotient;
    Uint256 remainder;
};
// The divisor is not zero.
[[nodiscard]] Division divide(const Uint256& dividend, const Uint256& divisor);

}  // namespace lode::bitcoin
