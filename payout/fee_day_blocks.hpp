// The blocks of a UTC day, as nodes tell them: what the fees' part of FPPS is computed from. A
// block belongs to the day of its median time, which never falls from one block to the next.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/hash256.hpp"
#include "payout/scheme/pps.hpp"

namespace lode::payout {

// A day is complete with so many confirmations of its last block.
inline constexpr std::int64_t fee_day_depth = 6;
// Main has some 150 blocks a day. More are a test network's: its first ones stand for the day.
inline constexpr std::int64_t fee_day_blocks_max = 5'000;

struct HeightRange {
    std::int64_t first = 0;
    std::int64_t end = 0;  // behind the last
    friend bool operator==(const HeightRange&, const HeightRange&) = default;
};
// Of the best chain.
using MedianTimeOf = std::function<Result<UnixTime>(std::int64_t height)>;

// The day begins at `day`, a midnight UTC. Nothing while its last block is not deep enough; the
// times of some twenty blocks up to `tip` are asked for. At most fee_day_blocks_max, the first
// ones.
[[nodiscard]] Result<std::optional<HeightRange>> blocks_of_day(UnixTime day, std::int64_t tip,
                                                               const MedianTimeOf& median_time_of);

struct DayBlock {
    bitcoin::Hash256 hash;
    ChainBlock block;
};
// What all tell alike, block by block. Conflict, naming the first height they differ at.
[[nodiscard]] Result<std::vector<ChainBlock>> agreed_blocks(
    std::span<const std::vector<DayBlock>> told);

// The day's fees; of fewer blocks than can be trimmed no fees are paid.
[[nodiscard]] FeeDay frozen_fee_day(std::vector<ChainBlock> blocks);

}  // namespace lode::payout
