// What a payment does next, from what wallet and nodes say of it. A state machine without
// input and output: facts go in, a verdict comes out.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "payout/payment/payment.hpp"

namespace lode::payout {

// Blocks over another spend of an input before a payment counts as dead.
inline constexpr std::int64_t dead_depth = 6;

// A version in a block of the wallet's node: confirmations that enough nodes agree on, 0 while they
// do not.
struct Confirmed {
    bitcoin::Hash256 txid;
    std::int64_t depth = 0;
};

// What became of a coin that the payment spends, none of whose versions is in a block.
struct CoinFate {
    bitcoin::OutPoint coin;
    // The transaction in a block that spends it; nothing where the coin itself can never be, as
    // what made it was replaced.
    std::optional<bitcoin::Transaction> spender{};
    std::int64_t depth = 0;  // of that; 0: nothing stands in its way
    // The spender also pays others than the payees and the wallet itself.
    bool pays_others = false;
};

struct Settle {
    bitcoin::Hash256 txid;
};
// A transaction that pays all payees was made elsewhere, and confirmed.
struct Adopt {
    bitcoin::Transaction transaction;
};
// The same, but it paid others too: a payment that the books have forgotten, perhaps. A person
// books it, which ends this one.
struct PaysMore {
    bitcoin::Hash256 txid;
};
struct Cancel {};
struct Wait {};

// Of the versions in blocks: at most one in any chain, more while nodes disagree.
[[nodiscard]] std::variant<Settle, Wait> judge_confirmed(const std::vector<Confirmed>& versions,
                                                         std::int64_t settle_depth);

// When no version is in a block and no node takes one. Cancelled only when each version, or where
// there is none the payment as planned, has an input that is gone `dead_depth` deep.
using FateVerdict = std::variant<Adopt, PaysMore, Cancel, Wait>;
[[nodiscard]] FateVerdict judge_fates(const Payment& payment, const std::vector<CoinFate>& fates);

}  // namespace lode::payout
