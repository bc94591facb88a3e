// Work measured in blocks: u = d / D, the part of a block that a share is expected to find. What
// windows and scores count in, so that a share weighs the same before and after a retarget.
#pragma once

#include <compare>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/base/result.hpp"
#include "common/bitcoin/target.hpp"
#include "payout/scheme/wide.hpp"

namespace lode::payout {

[[nodiscard]] constexpr Uint128 number(const bitcoin::Work& work) {
    return (Uint128{work.high()} << 64) | work.low();
}
[[nodiscard]] constexpr bitcoin::Work work_of(Uint128 hashes) {
    return {static_cast<std::uint64_t>(hashes >> 64), static_cast<std::uint64_t>(hashes)};
}

// Fixed point with 64 fraction bits, up to 2^63 blocks.
class Units {
  public:
    constexpr Units() = default;
    constexpr explicit Units(Uint128 raw) : raw_(raw) {}
    [[nodiscard]] static constexpr Units whole(std::uint64_t blocks) {
        return Units(Uint128{blocks} << 64);
    }

    // In 2^-64 blocks.
    [[nodiscard]] constexpr Uint128 raw() const { return raw_; }

    friend constexpr Units operator+(Units a, Units b) { return Units(a.raw_ + b.raw_); }
    friend constexpr Units operator-(Units a, Units b) { return Units(a.raw_ - b.raw_); }
    Units& operator+=(Units other) { return *this = *this + other; }
    friend constexpr auto operator<=>(const Units&, const Units&) = default;

  private:
    Uint128 raw_ = 0;
};

// floor(work * 2^64 / network): `network` is the work of a block and not zero; 2^63 blocks and
// more are a bug.
[[nodiscard]] Units units_of(const bitcoin::Work& work, const bitcoin::Work& network);
// The work of a block with these bits. Malformed when they are no target.
[[nodiscard]] Result<bitcoin::Work> network_work(std::uint32_t bits);

// The same, each bits computed once: a window has a few, one a retarget.
class NetworkTable {
  public:
    [[nodiscard]] Result<bitcoin::Work> of(std::uint32_t bits);

  private:
    std::vector<std::pair<std::uint32_t, bitcoin::Work>> known_;
};

}  // namespace lode::payout
