// The coinbase of one who mines solo: what the block pays is the miner's, less the pool's fee.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/coinbase.hpp"

namespace lode::bitcoin {

inline constexpr std::uint32_t parts_per_million = 1'000'000;

// What is the same for all solo miners of a job.
struct SoloCoinbase {
    CoinbaseEnd end;
    Satoshi reward;             // what the block pays in all
    std::uint32_t fee_ppm = 0;  // the pool's part of it, in parts per million, rounded down
    Bytes fee_script;
};

// Malformed when the reward is no amount, the fee is above it or has no script.
[[nodiscard]] Result<void> check_solo_coinbase(const SoloCoinbase& coinbase);

// Of a checked one: the miner's output, then the fee's, which sum to the reward. A fee below the
// dust limit has no output and is the miner's.
[[nodiscard]] std::vector<TxOutput> solo_outputs(const SoloCoinbase& coinbase,
                                                 ByteView miner_script);

// What follows the extranonce, of a checked one.
[[nodiscard]] Bytes solo_suffix(const SoloCoinbase& coinbase, ByteView miner_script);

}  // namespace lode::bitcoin
