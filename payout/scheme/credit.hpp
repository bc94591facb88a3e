// A block's value divided: exactly, to the last base unit, and the same whoever computes it.
#pragma once

#include <compare>
#include <cstdint>
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

// Who did work and what he was paid by then: a window reaches back behind a change of scheme, and
// a user may be in it under both.
struct Holder {
    UserId user;
    Scheme scheme = Scheme::base;
    friend auto operator<=>(const Holder&, const Holder&) = default;
};
// His part of what is divided; in any unit, but one for all.
struct Weight {
    Holder holder;
    Uint128 weight = 0;
    friend bool operator==(const Weight&, const Weight&) = default;
};
// Sorted by holder, each once, none zero. `whole` is below 2^76, so that a product with an amount
// fits 128 bits (51 + 76).
struct Weights {
    std::vector<Weight> of;
    Uint128 whole = 0;  // what all of the value is for: their sum, or more (DGM)
};
inline constexpr unsigned weight_bits = 76;
// Scaled down by a power of two, alike for all, until they fit; what becomes zero is worth less
// than 2^-24 base units of any block. The sum is not above `whole`; no sum overflows.
[[nodiscard]] Weights fit(Weights weights);

// Cumulative floors: part i is floor(R * (w_0+…+w_i) / whole) - floor(R * (w_0+…+w_i-1) / whole),
// so that each is within one base unit of its due and, where the weights add up to `whole`, all
// add up to R. `whole` is not zero; R is 0 … money_max.
[[nodiscard]] std::vector<Satoshi> split(Satoshi amount, const Weights& weights);

// Each is 0 … money_max, and so is their sum.
struct BlockValue {
    Satoshi subsidy;
    Satoshi fees;
};
struct BlockSplit {
    BlockValue value;
    Holder finder;  // who solved it, by his scheme then
    Weights weights;
};
// Subsidy and fees are divided one by one, alike. First the finder's bonus, floor(R * bonus /
// 10^6). Then what the weights of base users (of the fees: of PPS+ users too) stand for, rounded
// down: less the base fee, rounded down, it is split among them; the fee is split among the
// recipients. The rest is the reserve's: the work it has bought out, and what no weight stands for
// (DGM, or nobody at all). A bonus goes where the finder's work does.
// One credit a payee, sorted, none zero; they add up to subsidy + fees exactly.
[[nodiscard]] std::vector<Credit> credit_block(const BlockSplit& block, const Terms& terms);

}  // namespace lode::payout
