// Cumulative earnings, the fees of a day, and the risk of paying them.
#include "payout/scheme/pps.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "common/base/assert.hpp"
#include "payout/scheme/wide.hpp"

namespace lode::payout {
namespace {

using bitcoin::Satoshi;
using bitcoin::Uint256;

std::uint64_t unsigned_amount(Satoshi amount) {
    LODE_ASSERT(amount.value() >= 0 && amount <= bitcoin::money_max);
    return static_cast<std::uint64_t>(amount.value());
}

// a * b, where the bits of both add up to at most 256.
Uint256 times(const Uint256& a, std::uint64_t b) {
    const auto [low, carry] = multiply(a, b);
    LODE_ASSERT(carry == 0);
    return low;
}

Satoshi amount_of(const Uint256& dividend, const Uint256& divisor) {
    const Uint256 quotient = divide(dividend, divisor).quotient;
    if (quotient.bit_length() >= 64) return Satoshi(std::numeric_limits<std::int64_t>::max());
    return Satoshi(static_cast<std::int64_t>(quotient.low64()));
}

// Without the division: work (128 bits) * subsidy (51) * what the fee leaves (20).
Uint256 net(const bitcoin::Work& work, const Price& price) {
    LODE_ASSERT(price.fee.value() <= parts);
    return times(times(wide(number(work)), unsigned_amount(price.subsidy)),
                 parts - price.fee.value());
}

}  // namespace

Satoshi pps_earned(const bitcoin::Work& work, const Price& price) {
    return amount_of(net(work, price), times(wide(number(price.network)), parts));
}

std::optional<FeeDay> fee_day(std::vector<ChainBlock> blocks) {
    if (blocks.size() <= 2 * fee_day_trim) return std::nullopt;
    std::ranges::sort(blocks, {}, [](const ChainBlock& block) {
        return std::tuple(block.fees, block.height, block.subsidy);
    });
    FeeDay day;
    for (std::size_t i = fee_day_trim; i < blocks.size() - fee_day_trim; ++i) {
        day.fees = Satoshi(day.fees.value() + blocks[i].fees.value());
        day.subsidies = Satoshi(day.subsidies.value() + blocks[i].subsidy.value());
        ++day.blocks;
    }
    if (day.subsidies.value() == 0) return std::nullopt;
    return day;
}

Satoshi fpps_fees_earned(const bitcoin::Work& work, const Price& price, const FeeDay& day) {
    // 199 bits and 51 more over 128, 51 and 20.
    return amount_of(
        times(net(work, price), unsigned_amount(day.fees)),
        times(times(wide(number(price.network)), unsigned_amount(day.subsidies)), parts));
}

double ruin_probability(Satoshi reserve, const Risk& risk) {
    LODE_ASSERT(risk.block.value() > 0);
    if (reserve.value() <= 0) return 1.0;
    const double blocks =
        static_cast<double>(reserve.value()) / static_cast<double>(risk.block.value());
    return std::exp(-2.0 * risk.fee.value() / parts * blocks);
}

}  // namespace lode::payout
