// The steps of a division for one user; the test holds it against the division itself.
#include "payout/settlement/derivation.hpp"

namespace lode::payout {
namespace {

Satoshi floor_of(Satoshi amount, Uint128 part, Uint128 whole) {
    return Satoshi(
        static_cast<std::int64_t>(mul_div(static_cast<Uint128>(amount.value()), part, whole)));
}
Satoshi less(Satoshi amount, Satoshi part) {
    return Satoshi(amount.value() - part.value());
}
bool paid_by_blocks(Scheme scheme, DerivedPart::Of of) {
    return scheme == Scheme::base || (scheme == Scheme::pps_plus && of == DerivedPart::Of::fees);
}

class Deriver {
  public:
    Deriver(const BlockSplit& block, const Terms& terms, UserId user)
        : block_(block), terms_(terms), user_(user) {}

    void portion(DerivedPart::Of of, Satoshi amount) {
        DerivedPart common{.of = of, .whole = block_.weights.whole, .amount = amount};
        common.bonus = floor_of(amount, terms_.finder_bonus.value(), parts);
        if (block_.finder.user == user_ && paid_by_blocks(block_.finder.scheme, of)) {
            derivation_.bonus = Satoshi(derivation_.bonus.value() + common.bonus.value());
        }
        for (const Weight& weight : block_.weights.of) {
            if (paid_by_blocks(weight.holder.scheme, of)) common.own += weight.weight;
        }
        if (common.own > 0) {
            common.gross = floor_of(less(amount, common.bonus), common.own, common.whole);
            common.fee = floor_of(common.gross, terms_.base_fee.value(), parts);
        }
        add_parts(common);
    }

    Derivation finish() {
        std::int64_t due = derivation_.bonus.value();
        for (const DerivedPart& part : derivation_.parts) due += part.due().value();
        derivation_.due = Satoshi(due);
        return std::move(derivation_);
    }

  private:
    void add_parts(const DerivedPart& common) {
        Uint128 before = 0;
        for (const Weight& weight : block_.weights.of) {
            const bool counts = paid_by_blocks(weight.holder.scheme, common.of);
            const Uint128 after = counts ? before + weight.weight : before;
            if (weight.holder.user == user_) {
                DerivedPart part = common;
                part.scheme = weight.holder.scheme;
                part.weight = weight.weight;
                if (counts) {
                    const Satoshi divided = less(common.gross, common.fee);
                    part.floor_before = floor_of(divided, before, common.own);
                    part.floor_after = floor_of(divided, after, common.own);
                }
                derivation_.parts.push_back(part);
            }
            before = after;
        }
    }

    const BlockSplit& block_;
    const Terms& terms_;
    UserId user_;
    Derivation derivation_;
};

}  // namespace

Derivation derive(const BlockSplit& block, const Terms& terms, UserId user) {
    Deriver deriver(block, terms, user);
    deriver.portion(DerivedPart::Of::subsidy, block.value.subsidy);
    deriver.portion(DerivedPart::Of::fees, block.value.fees);
    return deriver.finish();
}

}  // namespace lode::payout
