// A block's value divided: exactly, to the last base unit, and the same whoever computes it.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "common/bitcoin/amount.hpp"
#include "payout/scheme/terms.hpp"
#include "payout/scheme/units.hpp"

namespace lode::payout {

using bitcoin::Satoshi;

// Whose a credit is.
struct Payee {
    enum class Kind : std::uint8_t { user, fee, reserve };
    Kind kind = Kind::user;
    std::int64_t id = 0;  // user: user.id; fee: place in Terms::recipients; reserve: 0
    friend auto operator<=>(const Payee&, const Payee&) = default;
};
struct Credit {
    Payee payee;
    Satoshi amount;  // positive
    friend bool operator==(const Credit&, const Credit&) = default;
};

// One user's part of what is divided; in any unit, but one for all.
struct Weight {
    UserId user;
    Uint128 weight = 0;
    friend bool operator==(const Weight&, const Weight&) = default;
};
// Sorted by user, each once, none zero. Their sum and `whole` are below 2^76, so that a product
// with an amount fits 128 bits (51 + 76).
struct Weights {
    std::vector<Weight> of;
    Uint128 whole = 0;  // what all of the value is for: their sum, or more (DGM)
};
// Scaled down, alike for all, until they fit.
[[nodiscard]] Weights fit(Weights weights);

// Cumulative floors: part i is floor(R * (w_0+…+w_i) / whole) - floor(R * (w_0+…+w_i-1) / whole),
// so that each is within one base unit of its due and, where the weights add up to `whole`, all
// add up to R. `whole` is not zero.
[[nodiscard]] std::vector<Satoshi> split(Satoshi amount, const Weights& weights);

struct BlockValue {
    Satoshi subsidy;
    Satoshi fees;
};
// Which scheme the user had for the work that is weighed.
using SchemeOf = std::function<Scheme(UserId)>;

// The finder's bonus first; subsidy and fees then each split by weight. A base user's part is his
// less the base fee; that of PPS and FPPS users is the reserve's, of PPS+ users the subsidy's part.
// What no weight stands for (DGM, or nobody at all) is the reserve's. One credit a payee, sorted,
// none zero; they add up to subsidy + fees exactly.
struct BlockSplit {
    BlockValue value;
    UserId finder;
    Weights weights;
};
[[nodiscard]] std::vector<Credit> credit_block(const BlockSplit& block, const Terms& terms,
                                               const SchemeOf& scheme_of);

}  // namespace lode::payout
