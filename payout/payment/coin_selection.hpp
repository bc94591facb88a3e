// Which of the wallet's coins a payment spends, and what it then costs.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "payout/payment/payment.hpp"

namespace lode::payout {

// A coin that the wallet may spend.
struct Coin {
    bitcoin::OutPoint at;
    Satoshi amount;
    Bytes script;
    std::int64_t confirmations = 0;
};

struct SelectionRules {
    FeeRate rate;
    // Largest first, so that few are needed; a signature takes the wallet about a millisecond.
    std::size_t inputs_max = 500;
    // Relayed by default: 400,000. The rest is for signatures that are larger than thought.
    std::uint64_t weight_max = 390'000;
    // While the wallet has more coins than this, payments whose fee is the pool's also spend small
    // ones.
    std::size_t consolidate_above = 200;
};

// Weight units of a signed input that spends this script, at most: one key, or for scripts whose
// inside is not seen a multisignature of up to 3 of 5 keys.
[[nodiscard]] std::uint64_t input_weight(ByteView script);
[[nodiscard]] std::uint64_t output_weight(ByteView script);
// Version, lock time, counts, marker and flag, with room for counts of three bytes.
inline constexpr std::uint64_t frame_weight = 4 * (4 + 4 + 3 + 3) + 2;
// Rounded up to a whole satoshi.
[[nodiscard]] Satoshi fee_of(FeeRate rate, std::uint64_t weight);

struct Need {
    // Not 0: inputs less fee and change, or where the recipients pay the fee less change alone.
    Satoshi amount;
    FeePayer fee_payer = FeePayer::pool;
    std::uint64_t weight = 0;  // of the outputs but for the change
    Bytes change_script;
};
struct Selection {
    std::vector<Coin> coins;
    Satoshi fee;     // for the weight, without change too small to be one
    Satoshi extra;   // change too small to be an output: goes to the miner too, at the pool's cost
    Satoshi change;  // 0: none
    std::uint64_t weight = 0;
};
// Largest first, at most one of them without a confirmation. Nothing when the coins do not suffice
// or it would grow too heavy.
[[nodiscard]] std::optional<Selection> select_coins(std::vector<Coin> coins, const Need& need,
                                                    const SelectionRules& rules);

}  // namespace lode::payout
