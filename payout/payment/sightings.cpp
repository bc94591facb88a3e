// Versions and rivals looked up in the wallet, blocks in the chains of the other nodes.
#include "payout/payment/sightings.hpp"

#include <algorithm>

#include "payout/payment/version.hpp"

namespace lode::payout {
namespace {

// A rival may stand below the height at which the payment was planned after a re-org; none that is
// followed goes deeper than a block's maturity.
constexpr std::int64_t reorg_margin = 101;
// A call to the wallet each, about a millisecond: ten seconds.
constexpr std::size_t transactions_max = 10'000;
// Unconfirmed transactions that stand on one another: no node relays more.
constexpr std::size_t ancestors_max = 25;

bool is_version(const Payment& payment, const bitcoin::Hash256& txid) {
    return std::ranges::find(payment.versions, txid, &PaymentVersion::txid) !=
           payment.versions.end();
}

auto spender_of(const bitcoin::OutPoint& coin,
                const std::vector<node::WalletTransaction>& transactions) {
    return std::ranges::find_if(transactions,
                                [&](const auto& each) { return spends(each.transaction, coin); });
}

}  // namespace

Result<bool> pays_others(node::WalletRpc& wallet, const std::vector<bitcoin::TxOutput>& outputs,
                         const Payment& payment, bitcoin::Network network) {
    for (const bitcoin::TxOutput& output : outputs) {
        const auto address = bitcoin::address_of_script(output.script, network);
        if (!address) return true;
        if (address.value() == payment.draft.change_address) continue;
        LODE_TRY(const bool own, wallet.owns(address.value()));
        if (!own) return true;
    }
    return false;
}

std::int64_t Sightings::agreed(const node::WalletTransaction& found) {
    if (others_.empty() || !found.block) return found.confirmations;
    std::int64_t best = 0;
    for (node::NodeRpc* other : others_) {
        // A node that does not know the block or does not answer bears nothing out.
        const auto header = other->get_block_header(*found.block);
        if (header) best = std::max(best, header.value().confirmations);
    }
    return std::min(best, found.confirmations);
}

Result<std::vector<Confirmed>> Sightings::confirmed(const Payment& payment) {
    std::vector<Confirmed> versions;
    for (const PaymentVersion& version : payment.versions) {
        LODE_TRY(const auto found, wallet_.find(version.txid));
        if (!found || found->confirmations < 1) continue;
        versions.push_back({version.txid, agreed(*found)});
    }
    return versions;
}

Result<std::vector<node::WalletTransaction>> Sightings::others_since(const Payment& payment) {
    LODE_TRY(const auto txids, wallet_.confirmed_since(payment.draft.height - reorg_margin));
    if (txids.size() > transactions_max) {
        return failure(ErrorCode::exhausted,
                       "the wallet has " + std::to_string(txids.size()) +
                           " transactions since it was planned: too many to look through");
    }
    std::vector<node::WalletTransaction> found;
    for (const bitcoin::Hash256& txid : txids) {
        if (is_version(payment, txid)) continue;
        LODE_TRY(auto transaction, wallet_.find(txid));
        if (transaction && transaction->confirmations > 0) found.push_back(*std::move(transaction));
    }
    return found;
}

Result<std::vector<CoinFate>> Sightings::fates(const Payment& payment) {
    std::vector<CoinFate> fates;
    std::optional<std::vector<node::WalletTransaction>> rivals;
    for (const PaymentInput& input : all_inputs(payment)) {
        LODE_TRY(const auto unspent, wallet_.is_unspent(input.coin));
        if (unspent) continue;
        if (!rivals) {
            LODE_TRY(rivals, others_since(payment));
        }
        const auto rival = spender_of(input.coin, *rivals);
        if (rival != rivals->end()) {
            CoinFate fate{input.coin, rival->transaction, agreed(*rival)};
            if (const auto besides = pays_instead(rival->transaction, payment)) {
                LODE_TRY(fate.pays_others, pays_others(wallet_, *besides, payment, network_));
            }
            fates.push_back(std::move(fate));
            continue;
        }
        // Not made yet, or never to be.
        LODE_TRY(const auto maker, wallet_.find(input.coin.txid));
        if (maker && maker->confirmations < 0) {
            LODE_TRY(const auto depth, conflict_depth(*maker, *rivals));
            fates.push_back({input.coin, std::nullopt, depth});
        }
    }
    return fates;
}

// The rival spends a coin of the transaction or of what that stands on.
Result<std::int64_t> Sightings::conflict_depth(const node::WalletTransaction& never,
                                               Rivals rivals) {
    if (others_.empty()) return -never.confirmations;
    std::vector<bitcoin::TxInput> inputs = never.transaction.inputs;
    std::int64_t deepest = 0;
    std::size_t ancestors = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const bitcoin::OutPoint coin = inputs[i].previous;
        const auto rival = spender_of(coin, rivals);
        if (rival != rivals.end()) {
            deepest = std::max(deepest, agreed(*rival));
            continue;
        }
        LODE_TRY(const auto maker, wallet_.find(coin.txid));
        if (!maker || maker->confirmations >= 0 || ++ancestors > ancestors_max) continue;
        std::ranges::copy(maker->transaction.inputs, std::back_inserter(inputs));
    }
    return deepest;
}

Result<Satoshi> Sightings::amount(const bitcoin::OutPoint& coin) {
    LODE_TRY(const auto maker, wallet_.find(coin.txid));
    if (!maker || coin.index >= maker->transaction.outputs.size()) {
        return failure(ErrorCode::rejected, "the wallet does not know coin " +
                                                bitcoin::to_display_hex(coin.txid) + ":" +
                                                std::to_string(coin.index));
    }
    return maker->transaction.outputs[coin.index].amount;
}

}  // namespace lode::payout
