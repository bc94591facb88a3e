// Verdicts on versions in blocks and on coins that went elsewhere.
#include "payout/payment/life.hpp"

#include <algorithm>

#include "payout/payment/version.hpp"

namespace lode::payout {
namespace {

bool is_gone(const bitcoin::OutPoint& coin, const std::vector<CoinFate>& fates) {
    return std::ranges::any_of(
        fates, [&](const CoinFate& fate) { return fate.coin == coin && fate.depth >= dead_depth; });
}

bool is_dead(const PaymentVersion& version, const std::vector<CoinFate>& fates) {
    const auto transaction = bitcoin::parse_transaction(version.raw);
    // What cannot be read is taken for alive: the payment waits for a person.
    return transaction && std::ranges::any_of(transaction.value().inputs, [&](const auto& input) {
               return is_gone(input.previous, fates);
           });
}

}  // namespace

std::variant<Settle, Wait> judge_confirmed(const std::vector<Confirmed>& versions,
                                           std::int64_t settle_depth) {
    for (const Confirmed& version : versions) {
        if (version.depth >= settle_depth) return Settle{version.txid};
    }
    return Wait{};
}

FateVerdict judge_fates(const Payment& payment, const std::vector<CoinFate>& fates) {
    for (const CoinFate& fate : fates) {
        if (fate.depth >= 1 && fate.spender && pays_instead(*fate.spender, payment)) {
            if (fate.pays_others) return PaysMore{bitcoin::txid(*fate.spender)};
            return Adopt{*fate.spender};
        }
    }
    const bool dead =
        payment.versions.empty()
            ? std::ranges::any_of(
                  payment.draft.inputs,
                  [&](const PaymentInput& input) { return is_gone(input.coin, fates); })
            : std::ranges::all_of(payment.versions, [&](const PaymentVersion& version) {
                  return is_dead(version, fates);
              });
    if (dead) return Cancel{};
    return Wait{};
}

}  // namespace lode::payout
