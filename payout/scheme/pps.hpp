// What work is worth by itself: PPS, and the fees' part of FPPS. Posted as the difference of
// cumulative floors, so that a miner of small shares loses nothing to rounding.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/target.hpp"
#include "payout/scheme/terms.hpp"
#include "payout/scheme/units.hpp"

namespace lode::payout {

// floor(work * subsidy * (10^6 - fee) / (network * 10^6)): all that `work` has earned so far at
// this price. `network` is the work of a block, not zero. At most 2^63 - 1: on a
// test network a share can be worth more than that.
struct Price {
    bitcoin::Work network;
    bitcoin::Satoshi subsidy;
    Ppm fee;
};
[[nodiscard]] bitcoin::Satoshi pps_earned(const bitcoin::Work& work, const Price& price);

// Fees and subsidy of one block of the chain (getblockstats: totalfee, subsidy).
struct ChainBlock {
    std::uint32_t height = 0;
    bitcoin::Satoshi fees;
    bitcoin::Satoshi subsidy;
};
// The fees of a UTC day beside its subsidies, the three blocks of most and of least fees left out:
// FPPS pays subsidy * (1 + fees / subsidies).
struct FeeDay {
    bitcoin::Satoshi fees;
    bitcoin::Satoshi subsidies;
    std::uint32_t blocks = 0;  // that were counted
};
inline constexpr std::size_t fee_day_trim = 3;
// Nothing for fewer than seven blocks, too few to leave six out, or where no block had a subsidy:
// that day pays no fees' part.
[[nodiscard]] std::optional<FeeDay> fee_day(std::vector<ChainBlock> blocks);
// floor(work * subsidy * fees * (10^6 - fee) / (network * subsidies * 10^6)), cumulative for all of
// a user's work of that day at that price.
[[nodiscard]] bitcoin::Satoshi fpps_fees_earned(const bitcoin::Work& work, const Price& price,
                                                const FeeDay& day);

// The probability that a reserve is ever used up, about exp(-2 f R / B); turned round, a reserve of
// B * ln(1/delta) / (2 f) makes ruin as unlikely as delta. 1 where there is no reserve or no fee.
// For display only.
struct Risk {
    bitcoin::Satoshi block;  // B, not zero
    Ppm fee;                 // f
};
[[nodiscard]] double ruin_probability(bitcoin::Satoshi reserve, const Risk& risk);

}  // namespace lode::payout
