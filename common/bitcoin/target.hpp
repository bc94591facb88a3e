// Targets, their compact form in headers ("bits"), difficulty and credited work: all in exact
// integers, never through double.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::bitcoin {

// The compact form as Bitcoin Core reads it, with the two ways in which it is no target.
struct CompactTarget {
    Uint256 target;
    bool negative = false;
    bool overflow = false;
};
[[nodiscard]] CompactTarget decode_compact(std::uint32_t bits);

// The target of a header's bits; malformed when they are negative, too large or zero.
[[nodiscard]] Result<Uint256> target_from_bits(std::uint32_t bits);
// The compact form, rounded down to its 23 bits of precision.
[[nodiscard]] std::uint32_t bits_from_target(const Uint256& target);

// The 256-bit order of a hash against a target: equal is enough.
[[nodiscard]] bool meets_target(const Hash256& hash, const Uint256& target);

// An exact number of expected hashes. 2^128 - 1 is out of reach: all of Bitcoin's chain so far
// is below 2^97.
class Work {
  public:
    constexpr Work() = default;
    constexpr Work(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}

    [[nodiscard]] constexpr std::uint64_t high() const { return high_; }
    [[nodiscard]] constexpr std::uint64_t low() const { return low_; }

    // 16 bytes, big-endian: the form on the bus.
    [[nodiscard]] std::array<std::uint8_t, 16> to_bytes() const;
    [[nodiscard]] std::string to_decimal() const;

    // A sum beyond 2^128 - 1 is a bug.
    friend Work operator+(const Work& a, const Work& b);
    Work& operator+=(const Work& other) { return *this = *this + other; }
    friend constexpr auto operator<=>(const Work&, const Work&) = default;

  private:
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};
// Exactly 16 bytes, big-endian.
[[nodiscard]] Result<Work> work_from_bytes(ByteView bytes);

// floor(2^256 / (target + 1)), the hashes expected for one that meets the target, and what a
// share of that target is credited with. Targets below 2^128 give the largest Work.
[[nodiscard]] Work work_of_target(const Uint256& target);

// A difficulty as a positive fraction.
struct Difficulty {
    std::uint64_t numerator = 1;
    std::uint64_t denominator = 1;
};
// Decimal text such as "1024" or "0.0001": up to 19 digits after the leading zeros, at most 18
// of them after the point; zero is refused.
[[nodiscard]] Result<Difficulty> parse_difficulty(std::string_view text);

// floor(0xffff * 2^208 * denominator / numerator), capped at 2^256 - 1.
[[nodiscard]] Uint256 target_of_difficulty(const Difficulty& difficulty);
// The target of difficulty 2^exponent, -32 <= exponent <= 63.
[[nodiscard]] Uint256 target_for_power_of_two(int exponent);
// The difficulty of a target as a decimal for display: all of the integer part, and decimals
// up to seven significant digits, cut off, without trailing zeros.
[[nodiscard]] std::string difficulty_text(const Uint256& target);

}  // namespace lode::bitcoin
