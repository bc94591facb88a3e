// 256-bit arithmetic over four 64-bit limbs, least significant first.
#include "common/bitcoin/uint256.hpp"

#include <algorithm>
#include <bit>

#include "common/base/assert.hpp"

namespace lode::bitcoin {
namespace {

__extension__ using Uint128 = unsigned __int128;

Division divide_by_limb(const Uint256& dividend, std::uint64_t divisor) {
    std::array<std::uint64_t, 4> quotient{};
    std::uint64_t rest = 0;
    for (std::size_t i = 4; i-- > 0;) {
        const Uint128 part = (Uint128{rest} << 64) | dividend.limb(i);
        quotient[i] = static_cast<std::uint64_t>(part / divisor);
        rest = static_cast<std::uint64_t>(part % divisor);
    }
    return {Uint256(quotient), Uint256(rest)};
}

// Long division in base 2^64, for divisors of two limbs and more (Knuth, volume 2, algorithm D).
// Both are shifted left until the divisor's highest bit is set.
struct LongDivision {
    std::array<std::uint64_t, 5> rest{};
    std::array<std::uint64_t, 4> divisor{};
    std::size_t size = 0;  // limbs of the divisor

    // The quotient's limb `place`, those above it being taken from the rest: a guess from the
    // highest limbs that three limbs make right or one too large.
    std::uint64_t digit(std::size_t place) {
        const std::uint64_t high = divisor[size - 1];
        const Uint128 head = (Uint128{rest[place + size]} << 64) | rest[place + size - 1];
        Uint128 guess = rest[place + size] >= high ? ~std::uint64_t{0} : head / high;
        Uint128 left = head - guess * high;
        while (left >> 64 == 0 &&
               guess * divisor[size - 2] > ((left << 64) | rest[place + size - 2])) {
            --guess;
            left += high;
        }
        if (subtract(place, static_cast<std::uint64_t>(guess)))
            return static_cast<std::uint64_t>(guess);
        add_back(place);
        return static_cast<std::uint64_t>(guess - 1);
    }

  private:
    // Whether the rest was large enough.
    bool subtract(std::size_t place, std::uint64_t digit) {
        Uint128 carry = 0;
        for (std::size_t i = 0; i <= size; ++i) {
            if (i < size) carry += Uint128{divisor[i]} * digit;
            const std::uint64_t before = rest[place + i];
            rest[place + i] = before - static_cast<std::uint64_t>(carry);
            carry = (carry >> 64) + (rest[place + i] > before ? 1U : 0U);
        }
        return carry == 0;
    }
    void add_back(std::size_t place) {
        Uint128 carry = 0;
        for (std::size_t i = 0; i <= size; ++i) {
            carry += Uint128{rest[place + i]} + (i < size ? divisor[i] : 0);
            rest[place + i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
    }
};

}  // namespace

Uint256 Uint256::from_hash(const Hash256& hash) {
    Uint256 value;
    for (std::size_t i = 0; i < 4; ++i) {
        value.limbs_[i] = load_le<std::uint64_t>(hash.bytes.data() + 8 * i);
    }
    return value;
}

Hash256 Uint256::to_hash() const {
    Hash256 hash;
    for (std::size_t i = 0; i < 4; ++i) store_le(hash.bytes.data() + 8 * i, limbs_[i]);
    return hash;
}

unsigned Uint256::bit_length() const {
    for (unsigned i = 4; i-- > 0;) {
        if (limbs_[i] != 0) return 64 * i + static_cast<unsigned>(std::bit_width(limbs_[i]));
    }
    return 0;
}

Uint256 operator+(const Uint256& a, const Uint256& b) {
    Uint256 sum;
    Uint128 carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Uint128{a.limbs_[i]} + b.limbs_[i];
        sum.limbs_[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    return sum;
}

Uint256 operator-(const Uint256& a, const Uint256& b) {
    return a + ~b + Uint256(1);
}

Uint256 operator~(const Uint256& a) {
    return Uint256({~a.limbs_[0], ~a.limbs_[1], ~a.limbs_[2], ~a.limbs_[3]});
}

Uint256 operator<<(const Uint256& a, unsigned bits) {
    Uint256 out;
    const std::size_t limbs = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = limbs; i < 4; ++i) {
        out.limbs_[i] = a.limbs_[i - limbs] << rest;
        if (rest > 0 && i > limbs) out.limbs_[i] |= a.limbs_[i - limbs - 1] >> (64 - rest);
    }
    return out;
}

Uint256 operator>>(const Uint256& a, unsigned bits) {
    Uint256 out;
    const std::size_t limbs = bits / 64;
    const unsigned rest = bits % 64;
    for (std::size_t i = 0; i + limbs < 4; ++i) {
        out.limbs_[i] = a.limbs_[i + limbs] >> rest;
        if (rest > 0 && i + limbs + 1 < 4) out.limbs_[i] |= a.limbs_[i + limbs + 1] << (64 - rest);
    }
    return out;
}

WideProduct multiply(const Uint256& a, std::uint64_t b) {
    std::array<std::uint64_t, 4> low{};
    Uint128 carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        carry += Uint128{a.limb(i)} * b;
        low[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
    return {Uint256(low), static_cast<std::uint64_t>(carry)};
}

Division divide(const Uint256& dividend, const Uint256& divisor) {
    LODE_ASSERT(divisor != Uint256(0));
    if (dividend < divisor) return {Uint256(0), dividend};
    if (divisor.bit_length() <= 64) return divide_by_limb(dividend, divisor.low64());
    LongDivision division;
    division.size = (divisor.bit_length() + 63) / 64;
    const unsigned shift = 64 * static_cast<unsigned>(division.size) - divisor.bit_length();
    const Uint256 normal = divisor << shift;
    const Uint256 low = dividend << shift;
    for (std::size_t i = 0; i < 4; ++i) {
        division.divisor[i] = normal.limb(i);
        division.rest[i] = low.limb(i);
    }
    division.rest[4] = shift == 0 ? 0 : dividend.limb(3) >> (64 - shift);
    std::array<std::uint64_t, 4> quotient{};
    for (std::size_t place = 5 - division.size; place-- > 0;) {
        quotient[place] = division.digit(place);
    }
    const auto& rest = division.rest;
    return {Uint256(quotient), Uint256({rest[0], rest[1], rest[2], rest[3]}) >> shift};
}

std::string Uint256::to_decimal() const {
    // 10^19 is the largest power of ten in 64 bits; the last piece loses its leading zeros.
    constexpr std::uint64_t piece = 10'000'000'000'000'000'000ULL;
    constexpr std::size_t piece_digits = 19;
    std::string reversed;
    Uint256 rest = *this;
    do {
        const Division division = divide(rest, Uint256(piece));
        std::string digits = std::to_string(division.remainder.low64());
        rest = division.quotient;
        if (rest != Uint256(0)) digits.insert(0, piece_digits - digits.size(), '0');
        reversed.append(digits.rbegin(), digits.rend());
    } while (rest != Uint256(0));
    std::ranges::reverse(reversed);
    return reversed;
}

}  // namespace lode::bitcoin
