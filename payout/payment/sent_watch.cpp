// The wallet's list against the books, from where the last look ended.
#include "payout/payment/sent_watch.hpp"

#include <algorithm>

#include "payout/payment/sightings.hpp"
#include "payout/payment/version.hpp"

namespace lode::payout {
namespace {

// The wallet's times follow its node's clock, which may be set back.
constexpr auto clock_margin = std::chrono::hours(2);
// Asked for one by one, a millisecond each; further ones are unknown unlooked at.
constexpr std::size_t examined_max = 1'000;

}  // namespace

Result<std::vector<UnknownSend>> SentWatch::look(When when, UnixTime now) {
    const bool due = !looked_ || now < *looked_ || now - *looked_ >= sent_look_interval;
    if (when == When::due && !due) return std::vector<UnknownSend>();
    looked_.reset();
    LODE_TRY(const auto begun, store_.begun());
    // Where nothing was ever owed nothing was paid.
    if (!begun) return std::vector<UnknownSend>();
    LODE_TRY(const auto compared, store_.compared());
    const UnixTime first = std::chrono::floor<std::chrono::seconds>(*begun);
    LODE_TRY(auto unknown, compare(compared ? std::max(first, *compared - clock_margin) : first));
    if (unknown.empty()) looked_ = now;
    return unknown;
}

Result<std::vector<UnknownSend>> SentWatch::compare(UnixTime since) {
    LODE_TRY(auto sends, wallet_.sends_since(since));
    std::ranges::sort(sends, {}, [](const auto& each) { return std::pair(each.heard, each.txid); });
    std::vector<bitcoin::Hash256> txids;
    for (const node::WalletSend& send : sends) txids.push_back(send.txid);
    LODE_TRY(const auto known, store_.known(txids));
    std::vector<UnknownSend> unknown;
    std::optional<UnixTime> until;
    std::size_t examined = 0;
    bool all_settled = true;
    for (const node::WalletSend& send : sends) {
        auto verdict = known.contains(send.txid) || is_dead(send.confirmations) ? Verdict::settled
                                                                                : Verdict::unknown;
        if (verdict == Verdict::unknown && ++examined <= examined_max) {
            LODE_TRY(verdict, judge(send));
        }
        if (verdict == Verdict::unknown) {
            unknown.push_back({send.txid, send.confirmations, send.heard});
        }
        // What only an open payment explains is looked at again.
        all_settled &= verdict == Verdict::settled;
        if (all_settled) until = send.heard;
    }
    if (until) {
        LODE_TRY_VOID(store_.set_compared(*until));
    }
    return unknown;
}

Result<SentWatch::Verdict> SentWatch::judge(const node::WalletSend& send) {
    LODE_TRY(const auto found, wallet_.find(send.txid));
    if (!found) return Verdict::unknown;
    const bitcoin::Transaction& transaction = found->transaction;
    std::vector<bitcoin::OutPoint> coins;
    for (const bitcoin::TxInput& input : transaction.inputs) coins.push_back(input.previous);
    LODE_TRY(const auto rivals, store_.rivals(coins));
    for (const Payment& payment : rivals) {
        const auto besides = pays_instead(transaction, payment);
        if (!besides) continue;
        LODE_TRY(const bool more, pays_others(wallet_, *besides, payment, network_));
        if (!more) return Verdict::of_a_payment;
    }
    LODE_TRY(const bool moved, only_moves(transaction));
    return moved ? Verdict::settled : Verdict::unknown;
}

// Nobody was paid by it, not even somebody whose address is the wallet's own.
Result<bool> SentWatch::only_moves(const bitcoin::Transaction& transaction) {
    std::vector<std::string> addresses;
    for (const bitcoin::TxOutput& output : transaction.outputs) {
        auto address = bitcoin::address_of_script(output.script, network_);
        if (!address) return false;
        LODE_TRY(const bool own, wallet_.owns(address.value()));
        if (!own) return false;
        addresses.push_back(std::move(address).value());
    }
    LODE_TRY(const auto payees, store_.payees(addresses));
    return payees.empty();
}

}  // namespace lode::payout
