// Amounts in satoshi and the block subsidy.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::bitcoin {

using Satoshi = Strong<std::int64_t, struct SatoshiTag>;

// 21 million coins: no valid amount is larger (consensus).
inline constexpr Satoshi money_max{21'000'000LL * 100'000'000LL};

// Malformed when outside 0 … money_max.
[[nodiscard]] Result<Satoshi> checked_amount(std::int64_t value);
// The amounts and the result lie in 0 … money_max, else malformed.
[[nodiscard]] Result<Satoshi> add(Satoshi a, Satoshi b);
[[nodiscard]] Result<Satoshi> subtract(Satoshi a, Satoshi b);

// Whole coins as nodes write them in JSON, in plain decimals ("0.00012"), of at most 8 places;
// malformed when it is anything else or outside 0 … money_max.
[[nodiscard]] Result<Satoshi> satoshi_from_coins(std::string_view decimal);

// Blocks between halvings on main, test, testnet4 and signet; regtest has its own.
inline constexpr std::uint32_t halving_interval = 210'000;
inline constexpr std::uint32_t regtest_halving_interval = 150;

// What a block may create besides fees; the interval is not zero.
[[nodiscard]] Satoshi block_subsidy(std::uint32_t height, std::uint32_t interval);

}  // namespace lode::bitcoin
