// The wallet's transaction as a payment with its one version.
#include "payout/payment/sent_booking.hpp"

#include <algorithm>

#include "payout/payment/sightings.hpp"
#include "payout/payment/version.hpp"

namespace lode::payout {
namespace {

auto refused(const std::string& what) {
    return failure(ErrorCode::rejected, what);
}

std::vector<bitcoin::OutPoint> coins_of(const bitcoin::Transaction& transaction) {
    std::vector<bitcoin::OutPoint> coins;
    for (const bitcoin::TxInput& input : transaction.inputs) coins.push_back(input.previous);
    return coins;
}

}  // namespace

Result<PaymentId> SentBooking::book(const bitcoin::Hash256& txid, UnixTime now) {
    LODE_TRY(const auto found, of_.wallet.find(txid));
    if (!found) return refused("the wallet does not know " + bitcoin::to_display_hex(txid));
    if (is_dead(found->confirmations))
        return refused("its coins are spent otherwise: nobody is paid");
    LODE_TRY_VOID(make_room(*found, now));
    LODE_TRY(const auto draft, draft_of(*found));
    LODE_TRY(const auto id, of_.payments.lock(draft, now));
    if (!id) return refused("its coins are an open payment's");
    LODE_TRY(const auto kept,
             of_.payments.add_version(*id,
                                      {.txid = txid,
                                       .raw = bitcoin::serialise(found->transaction),
                                       .fee = draft.fee,
                                       .stored = now},
                                      {}));
    if (kept != Kept::stored) return refused(std::string(to_string(kept)));
    return *id;
}

Result<void> SentBooking::make_room(const node::WalletTransaction& found, UnixTime now) {
    const bitcoin::Hash256 txid = bitcoin::txid(found.transaction);
    LODE_TRY(const auto rivals, of_.sent.rivals(coins_of(found.transaction)));
    for (const Payment& payment : rivals) {
        if (std::ranges::find(payment.versions, txid, &PaymentVersion::txid) !=
            payment.versions.end()) {
            return refused(named(payment, "it is this one's already"));
        }
        if (!is_open(payment.state)) return refused(named(payment, "it has spent these coins"));
        const auto besides = pays_instead(found.transaction, payment);
        if (besides) {
            LODE_TRY(const bool more, pays_others(of_.wallet, *besides, payment, rules_.network));
            if (!more) return refused(named(payment, "takes it as its own once it is in a block"));
        }
        if (found.confirmations < dead_depth) {
            return refused(named(payment, "has these coins: wait until it is " +
                                              std::to_string(dead_depth) + " blocks deep"));
        }
    }
    for (const Payment& payment : rivals) {
        LODE_TRY_VOID(of_.payments.cancel(payment, now));
    }
    return success();
}

Result<PaymentDraft> SentBooking::draft_of(const node::WalletTransaction& found) {
    const bitcoin::Transaction& transaction = found.transaction;
    PaymentDraft draft{.fee_payer = rules_.fee_payer};
    std::int64_t fee = 0;
    Sightings sightings(of_.wallet, {}, rules_.network);
    for (const bitcoin::OutPoint& coin : coins_of(transaction)) {
        LODE_TRY(const auto amount, sightings.amount(coin));
        draft.inputs.push_back({coin, amount});
        fee += amount.value();
    }
    for (const bitcoin::TxOutput& output : transaction.outputs) fee -= output.amount.value();
    draft.fee = Satoshi(fee);
    LODE_TRY(auto outputs, outputs_of(transaction, draft));
    LODE_TRY(draft.items, items_of({.outputs = std::move(outputs),
                                    .fee = draft.fee,
                                    .fee_payer = rules_.fee_payer,
                                    .rest = rules_.rest}));
    if (draft.change_address.empty()) {
        LODE_TRY(draft.change_address, of_.wallet.change_address());
    }
    LODE_TRY(const auto height, of_.wallet.height());
    draft.height =
        std::max<std::int64_t>(height - std::max<std::int64_t>(found.confirmations, 0), 0);
    return draft;
}

// The wallet's own output is the change.
Result<std::vector<SentOutput>> SentBooking::outputs_of(const bitcoin::Transaction& transaction,
                                                        PaymentDraft& draft) {
    std::vector<SentOutput> outputs;
    std::vector<std::string> addresses;
    for (const bitcoin::TxOutput& output : transaction.outputs) {
        if (output.amount == Satoshi(0)) continue;  // only data
        auto address = bitcoin::address_of_script(output.script, rules_.network);
        if (!address) return refused("one of its outputs has no address");
        SentOutput sent{std::move(address).value(), output.script, output.amount};
        addresses.push_back(sent.address);
        outputs.push_back(std::move(sent));
    }
    LODE_TRY(auto payees, of_.sent.payees(addresses));
    for (SentOutput& output : outputs) {
        const auto found = payees.find(output.address);
        if (found != payees.end()) {
            output.payees = found->second;
            continue;
        }
        LODE_TRY(output.own, of_.wallet.owns(output.address));
        if (output.own) draft.change_address = output.address;
    }
    return outputs;
}

}  // namespace lode::payout
