// How one user's credit of a block comes about, number by number, as credit_block computes it.
#pragma once

#include <vector>

#include "payout/scheme/credit.hpp"

namespace lode::payout {

// His work under one scheme, in one of a block's two amounts.
struct DerivedPart {
    enum class Of : std::uint8_t { subsidy, fees };
    Of of = Of::subsidy;
    Scheme scheme = Scheme::base;
    Uint128 weight = 0;  // of all weights' `whole`
    Uint128 whole = 0;
    Satoshi amount;   // the block's
    Satoshi bonus;    // floor(amount * finder's bonus): the finder's
    Satoshi gross;    // floor((amount - bonus) * own / whole): of all who are paid by blocks
    Satoshi fee;      // floor(gross * base fee)
    Uint128 own = 0;  // their weights
    // The weights of those before him, and then his too: his due is the difference of the floors
    // of (gross - fee) * weights / own. Both zero where the reserve stands for his work.
    Satoshi floor_before;
    Satoshi floor_after;

    [[nodiscard]] Satoshi due() const {
        return Satoshi(floor_after.value() - floor_before.value());
    }
};
struct Derivation {
    std::vector<DerivedPart> parts;  // none where he had no work in it
    Satoshi bonus;                   // his own, as the finder
    Satoshi due;                     // all of it: his credit
};
[[nodiscard]] Derivation derive(const BlockSplit& block, const Terms& terms, UserId user);

}  // namespace lode::payout
