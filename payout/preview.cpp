// Sums of credits, and expectations from terms.
#include "payout/preview.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

Satoshi part_of(Satoshi amount, std::uint64_t numerator, std::uint64_t denominator) {
    return Satoshi(static_cast<std::int64_t>(
        mul_div(static_cast<Uint128>(amount.value()), numerator, denominator)));
}
Satoshi less(Satoshi amount, Ppm fee) {
    return part_of(amount, parts - fee.value(), parts);
}
Satoshi sum(Satoshi a, Satoshi b) {
    return Satoshi(a.value() + b.value());
}
Satoshi by_base_scheme(Satoshi amount, const Terms& terms) {
    // Under DGM the operator keeps his part of all blocks on average.
    const Satoshi divided = terms.base == BaseScheme::dgm ? less(amount, terms.dgm_cross) : amount;
    return less(divided, terms.base_fee);
}

std::optional<Ppm> held_part(const std::optional<Window>& window, const Terms& terms) {
    if (!window) return std::nullopt;
    const Units all = Units::whole(terms.pplns_window);
    const Units held = std::min(window->held, all);
    return Ppm(static_cast<std::uint32_t>(mul_div(held.raw(), parts, all.raw())));
}

}  // namespace

PerBlock per_block(const BlockValue& value, const Terms& terms, const std::optional<FeeDay>& fees) {
    const Satoshi all = sum(value.subsidy, value.fees);
    const Satoshi bonus = part_of(all, terms.finder_bonus.value(), parts);
    const Satoshi rest(all.value() - bonus.value());
    Satoshi with_fees = value.subsidy;
    if (fees && fees->subsidies.value() > 0) {
        with_fees =
            sum(with_fees, part_of(value.subsidy, static_cast<std::uint64_t>(fees->fees.value()),
                                   static_cast<std::uint64_t>(fees->subsidies.value())));
    }
    return {.base = sum(bonus, by_base_scheme(rest, terms)),
            .pps = less(value.subsidy, terms.pps_fee),
            .pps_plus = sum(less(value.subsidy, terms.pps_fee), by_base_scheme(value.fees, terms)),
            .fpps = less(with_fees, terms.fpps_fee)};
}

Preview preview_of(const PreviewOf& of, const Terms& terms, const std::optional<FeeDay>& fees) {
    Preview preview{.made = of.made,
                    .height = of.height,
                    .reward = sum(of.value.subsidy, of.value.fees),
                    .held = held_part(of.window, terms),
                    .credits = {},
                    .per_block = per_block(of.value, terms, fees)};
    for (const Credit& credit : of.credits) {
        switch (credit.payee.kind) {
            case Payee::Kind::user:
                preview.users = sum(preview.users, credit.amount);
                preview.credits.push_back(credit);
                break;
            case Payee::Kind::fee:
                preview.fees = sum(preview.fees, credit.amount);
                break;
            case Payee::Kind::reserve:
                preview.reserve = sum(preview.reserve, credit.amount);
                break;
        }
    }
    return preview;
}

}  // namespace lode::payout
