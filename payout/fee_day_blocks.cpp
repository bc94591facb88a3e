// A search by halves over the chain, and a comparison.
#include "payout/fee_day_blocks.hpp"

#include <algorithm>
#include <string>

namespace lode::payout {
namespace {

constexpr auto day_length = std::chrono::hours(24);

// The first height whose median time is not before `time`, or the one behind the tip.
Result<std::int64_t> first_since(UnixTime time, std::int64_t tip,
                                 const MedianTimeOf& median_time_of) {
    std::int64_t low = 0;
    std::int64_t high = tip + 1;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        LODE_TRY(const auto at, median_time_of(middle));
        if (at < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool same(const DayBlock& a, const DayBlock& b) {
    return a.hash == b.hash && a.block.height == b.block.height && a.block.fees == b.block.fees &&
           a.block.subsidy == b.block.subsidy;
}

}  // namespace

Result<std::optional<HeightRange>> blocks_of_day(UnixTime day, std::int64_t tip,
                                                 const MedianTimeOf& median_time_of) {
    HeightRange range;
    LODE_TRY(range.end, first_since(day + day_length, tip, median_time_of));
    const std::int64_t confirmations = tip - (range.end - 1) + 1;
    // Without a later block more of the day may come.
    if (range.end > tip || confirmations < fee_day_depth) return std::optional<HeightRange>();
    LODE_TRY(range.first, first_since(day, tip, median_time_of));
    range.end = std::min(range.end, range.first + fee_day_blocks_max);
    return std::optional(range);
}

Result<std::vector<ChainBlock>> agreed_blocks(std::span<const std::vector<DayBlock>> told) {
    std::vector<ChainBlock> blocks;
    if (told.empty()) return blocks;
    for (const std::vector<DayBlock>& other : told.subspan(1)) {
        const auto [mine, theirs] = std::ranges::mismatch(told.front(), other, same);
        if (mine == told.front().end() && theirs == other.end()) continue;
        const std::uint32_t height =
            mine != told.front().end() ? mine->block.height : theirs->block.height;
        return failure(ErrorCode::conflict,
                       "nodes differ about the block at height " + std::to_string(height));
    }
    blocks.reserve(told.front().size());
    for (const DayBlock& one : told.front()) blocks.push_back(one.block);
    return blocks;
}

FeeDay frozen_fee_day(std::vector<ChainBlock> blocks) {
    FeeDay none;
    none.subsidies = bitcoin::Satoshi(1);  // what no fees are divided by
    return fee_day(std::move(blocks)).value_or(none);
}

}  // namespace lode::payout
