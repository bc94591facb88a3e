// Splits by cumulative floors, and where each part of a block goes.
#include "payout/scheme/credit.hpp"

#include <algorithm>
#include <bit>

#include "common/base/assert.hpp"

namespace lode::payout {
namespace {

unsigned bit_length(Uint128 value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    return static_cast<unsigned>(high != 0 ? 64 + std::bit_width(high)
                                           : std::bit_width(static_cast<std::uint64_t>(value)));
}

bool is_amount(Satoshi amount) {
    return amount.value() >= 0 && amount <= bitcoin::money_max;
}

// floor(amount * part / whole): the product stays below 2^127.
Satoshi part_of(Satoshi amount, Uint128 part, Uint128 whole) {
    const Uint128 product = static_cast<Uint128>(amount.value()) * part;
    return Satoshi(static_cast<std::int64_t>(product / whole));
}

Satoshi operator-(Satoshi a, Satoshi b) {
    return Satoshi(a.value() - b.value());
}

// Whether a block's fees are divided, or its subsidy.
enum class Portion : std::uint8_t { subsidy, fees };

// Who gets what a holder's work earns of a portion: he himself, or the reserve that pays him per
// share.
bool is_his_own(Scheme scheme, Portion portion) {
    return scheme == Scheme::base || (scheme == Scheme::pps_plus && portion == Portion::fees);
}

class Division {
  public:
    Division(const BlockSplit& block, const Terms& terms) : block_(block), terms_(terms) {}

    void divide(Satoshi amount, Portion portion) {
        const Satoshi bonus = part_of(amount, terms_.finder_bonus.value(), parts);
        const bool keeps = is_his_own(block_.finder.scheme, portion);
        give(keeps ? user(block_.finder.user) : reserve, bonus);
        const Satoshi rest = amount - bonus;
        const Weights own = own_weights(portion);
        if (own.of.empty()) return give(reserve, rest);
        const Satoshi gross = part_of(rest, own.whole, block_.weights.whole);
        give(reserve, rest - gross);
        const Satoshi fee = part_of(gross, terms_.base_fee.value(), parts);
        fee_ = Satoshi(fee_.value() + fee.value());
        const std::vector<Satoshi> due = split(gross - fee, own);
        for (std::size_t i = 0; i < due.size(); ++i) give(user(own.of[i].holder.user), due[i]);
    }

    [[nodiscard]] std::vector<Credit> finish() {
        give_fees();
        std::ranges::sort(credits_, {}, &Credit::payee);
        std::vector<Credit> merged;
        for (const Credit& credit : credits_) {
            if (!merged.empty() && merged.back().payee == credit.payee) {
                merged.back().amount =
                    Satoshi(merged.back().amount.value() + credit.amount.value());
            } else {
                merged.push_back(credit);
            }
        }
        return merged;
    }

  private:
    static constexpr Payee reserve{Payee::Kind::reserve, 0};
    static Payee user(UserId id) { return {Payee::Kind::user, id.value()}; }

    void give(const Payee& payee, Satoshi amount) {
        LODE_ASSERT(amount.value() >= 0);
        if (amount.value() > 0) credits_.push_back({payee, amount});
    }

    [[nodiscard]] Weights own_weights(Portion portion) const {
        Weights own;
        own.of.reserve(block_.weights.of.size());
        for (const Weight& weight : block_.weights.of) {
            if (!is_his_own(weight.holder.scheme, portion)) continue;
            own.of.push_back(weight);
            own.whole += weight.weight;
        }
        LODE_ASSERT(own.whole <= block_.weights.whole);
        return own;
    }

    void give_fees() {
        Weights recipients;
        for (std::size_t i = 0; i < terms_.recipients.size(); ++i) {
            const Holder place{UserId(static_cast<std::int64_t>(i)), Scheme::base};
            recipients.of.push_back({place, terms_.recipients[i].share.value()});
            recipients.whole += terms_.recipients[i].share.value();
        }
        LODE_ASSERT(recipients.whole == parts);
        const std::vector<Satoshi> due = split(fee_, recipients);
        for (std::size_t i = 0; i < due.size(); ++i) {
            give({Payee::Kind::fee, static_cast<std::int64_t>(i)}, due[i]);
        }
    }

    const BlockSplit& block_;
    const Terms& terms_;
    Satoshi fee_;
    std::vector<Credit> credits_;
};

}  // namespace

Weights fit(Weights weights) {
    const unsigned bits = bit_length(weights.whole);
    if (bits <= weight_bits) return weights;
    const unsigned shift = bits - weight_bits;
    Uint128 before = 0;
    Uint128 after = 0;
    for (Weight& weight : weights.of) {
        before += weight.weight;
        weight.weight >>= shift;
        after += weight.weight;
    }
    // Where the weights are all of it they stay so.
    weights.whole = weights.whole == before ? after : weights.whole >> shift;
    std::erase_if(weights.of, [](const Weight& weight) { return weight.weight == 0; });
    return weights;
}

std::vector<Satoshi> split(Satoshi amount, const Weights& weights) {
    LODE_ASSERT(is_amount(amount) && weights.whole > 0);
    LODE_ASSERT(bit_length(weights.whole) <= weight_bits);
    std::vector<Satoshi> out;
    out.reserve(weights.of.size());
    Uint128 sum = 0;
    Satoshi given;
    for (const Weight& weight : weights.of) {
        sum += weight.weight;
        const Satoshi all = part_of(amount, sum, weights.whole);
        out.push_back(all - given);
        given = all;
    }
    LODE_ASSERT(sum <= weights.whole);
    return out;
}

std::vector<Credit> credit_block(const BlockSplit& block, const Terms& terms) {
    LODE_ASSERT(is_amount(block.value.subsidy) && is_amount(block.value.fees));
    LODE_ASSERT(is_amount(Satoshi(block.value.subsidy.value() + block.value.fees.value())));
    Division division(block, terms);
    division.divide(block.value.subsidy, Portion::subsidy);
    division.divide(block.value.fees, Portion::fees);
    return division.finish();
}

}  // namespace lode::payout
