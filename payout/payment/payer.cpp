// One pass: payments that are open step by step, then perhaps a new one.
#include "payout/payment/payer.hpp"

#include <algorithm>
#include <set>

#include "common/bitcoin/script.hpp"
#include "payout/payment/candidates.hpp"

namespace lode::payout {
namespace {

// What nodes relay at least by default: 1 satoshi a virtual byte.
constexpr FeeRate rate_min{1'000};
constexpr auto day = std::chrono::hours(24);

// What only a person or another block can change about one payment; other payments go on.
bool concerns_payment_alone(const Error& error) {
    return error.code == ErrorCode::rejected || error.code == ErrorCode::malformed ||
           error.code == ErrorCode::exhausted;
}

std::vector<bitcoin::OutPoint> places(const std::vector<PaymentInput>& inputs) {
    std::vector<bitcoin::OutPoint> coins;
    for (const PaymentInput& input : inputs) coins.push_back(input.coin);
    return coins;
}

}  // namespace

Payer::Payer(Neighbours neighbours, PayerSettings settings)
    : store_(neighbours.store),
      wallet_(neighbours.wallet),
      watch_(neighbours.watch),
      sightings_(neighbours.wallet, std::move(neighbours.others), settings.network),
      settings_(std::move(settings)) {}

Result<PayReport> Payer::run(UnixTime now, const std::string& held) {
    Pass pass{.now = now, .left = settings_.batch_max};
    LODE_TRY(pass.report.pause, store_.pause());
    if (!pass.report.pause.paused && !held.empty()) pass.report.pause = {true, held};
    LODE_TRY_VOID(compare(pass, SentWatch::When::due));
    LODE_TRY(auto open, store_.open());
    for (Payment& payment : open) {
        LODE_TRY_VOID(advance(std::move(payment), pass));
    }
    LODE_TRY(auto more, is_time(pass));
    while (more) {
        LODE_TRY(more, begin(pass));
    }
    LODE_TRY_VOID(measure(pass));
    return std::move(pass.report);
}

// A transaction that the books do not know may have paid the very people who would be paid next.
Result<void> Payer::compare(Pass& pass, SentWatch::When when) {
    if (watch_ == nullptr) return success();
    LODE_TRY(pass.report.unknown, watch_->look(when, pass.now));
    if (!pass.report.unknown.empty() && !pass.report.pause.paused) {
        pass.report.pause = {true, pause_reason(pass.report.unknown)};
    }
    return success();
}

Result<void> Payer::advance(Payment payment, Pass& pass) {
    auto done = step(payment, pass);
    if (done || !concerns_payment_alone(done.error())) return done;
    pass.report.troubles.push_back(named(payment, done.error().context));
    return success();
}

Result<void> Payer::step(Payment& payment, Pass& pass) {
    if (payment.state == PaymentState::locked && settings_.wallet == WalletKind::hot &&
        !pass.report.pause.paused) {
        auto signed_now = sign_first(payment, pass);
        if (!signed_now) {
            if (!concerns_payment_alone(signed_now.error())) return signed_now;
            pass.report.troubles.push_back(named(payment, signed_now.error().context));
        }
    }
    LODE_TRY(const auto versions, sightings_.confirmed(payment));
    const auto verdict = judge_confirmed(versions, settings_.settle_depth);
    if (const auto* settled = std::get_if<Settle>(&verdict)) {
        LODE_TRY_VOID(store_.settle(payment, settled->txid, pass.now));
        ++pass.report.settled;
        return success();
    }
    if (!versions.empty()) return success();
    // A pause holds back what no node has seen yet.
    if (payment.state == PaymentState::sent ||
        (payment.state == PaymentState::signed_ && !pass.report.pause.paused)) {
        LODE_TRY(const auto taken, send(payment, pass));
        if (taken) return success();
    }
    return look_for_coins(payment, pass);
}

Result<void> Payer::sign_first(Payment& payment, Pass& pass) {
    LODE_TRY(const auto version, first_version(payment.draft, settings_.network));
    LODE_TRY(const auto transaction, wallet_.sign(version.transaction));
    LODE_TRY(auto accepted, accept(payment, transaction, {}));
    accepted.stored = pass.now;
    LODE_TRY_VOID(store_version(payment.id, accepted, {}));
    payment.versions.push_back(std::move(accepted));
    payment.state = PaymentState::signed_;
    ++pass.report.signed_;
    return success();
}

Result<void> Payer::store_version(PaymentId id, const PaymentVersion& version,
                                  const std::vector<PaymentInput>& more_inputs) {
    LODE_TRY(const auto kept, store_.add_version(id, version, more_inputs));
    if (kept == Kept::stored) return success();
    return failure(ErrorCode::rejected, std::string(to_string(kept)));
}

Result<PaymentVersion> Payer::accept(const Payment& payment,
                                     const bitcoin::Transaction& transaction,
                                     const std::vector<PaymentInput>& others) {
    LODE_TRY(const auto version, recognise(payment, transaction, others, settings_.network));
    // A first version may also leave change to the miner that is too small to be an output.
    const Satoshi most =
        std::max(fee_of(settings_.fee_rate_max, bitcoin::weight(transaction)), payment.draft.fee);
    if (version.fee > most) {
        return failure(ErrorCode::rejected, "a fee of " + std::to_string(version.fee.value()) +
                                                " satoshi, at most " +
                                                std::to_string(most.value()) + " is allowed");
    }
    return PaymentVersion{.txid = bitcoin::txid(transaction),
                          .raw = bitcoin::serialise(transaction),
                          .fee = version.fee,
                          .stored = {}};
}

Result<bool> Payer::send(const Payment& payment, Pass& pass) {
    std::string refusals;
    // The newest first: it pays most.
    for (auto version = payment.versions.rbegin(); version != payment.versions.rend(); ++version) {
        LODE_TRY(const auto transaction, bitcoin::parse_transaction(version->raw));
        const auto sent = wallet_.send(transaction);
        if (sent) {
            if (payment.state == PaymentState::signed_) {
                LODE_TRY_VOID(store_.mark_sent(payment.id, pass.now));
                ++pass.report.sent;
            }
            return true;
        }
        if (sent.error().code != ErrorCode::rejected) return sent.error();
        refusals += (refusals.empty() ? "" : "; ") + sent.error().context;
    }
    pass.report.troubles.push_back(named(payment, refusals));
    return false;
}

Result<void> Payer::look_for_coins(const Payment& payment, Pass& pass) {
    LODE_TRY(auto fates, sightings_.fates(payment));
    auto verdict = judge_fates(payment, fates);
    // Each round either ends it or takes a spender out.
    while (true) {
        const auto* const made = std::get_if<Adopt>(&verdict);
        const auto* const more = std::get_if<PaysMore>(&verdict);
        if (made == nullptr && more == nullptr) break;
        const bitcoin::Hash256 txid =
            made != nullptr ? bitcoin::txid(made->transaction) : more->txid;
        LODE_TRY(const bool of_another, store_.is_of_another(payment.id, txid));
        if (!of_another && more != nullptr) {
            pass.report.troubles.push_back(
                named(payment, bitcoin::to_display_hex(txid) +
                                   " pays all its payees and others too: lode payout book-sent"));
            return success();
        }
        if (!of_another) {
            LODE_TRY_VOID(adopt(payment, made->transaction, pass.now));
            pass.report.troubles.push_back(
                named(payment,
                      "paid by " + bitcoin::to_display_hex(txid) + ", which was made elsewhere"));
            return success();
        }
        // It pays that other one; of this one it only spends coins.
        for (CoinFate& fate : fates) {
            if (fate.spender && bitcoin::txid(*fate.spender) == txid) fate.spender.reset();
        }
        verdict = judge_fates(payment, fates);
    }
    if (std::holds_alternative<Cancel>(verdict)) {
        LODE_TRY_VOID(store_.cancel(payment, pass.now));
        ++pass.report.cancelled;
        pass.report.troubles.push_back(named(payment, "cancelled: its coins were spent otherwise"));
        return wallet_.unlock(places(all_inputs(payment)));
    }
    if (!fates.empty()) {
        pass.report.troubles.push_back(named(payment, "its coins are spent otherwise, " +
                                                          std::to_string(fates.front().depth) +
                                                          " blocks deep so far"));
    }
    return success();
}

Result<void> Payer::adopt(const Payment& payment, const bitcoin::Transaction& transaction,
                          UnixTime now) {
    std::int64_t fee = 0;
    for (const bitcoin::TxInput& input : transaction.inputs) {
        LODE_TRY(const auto amount, sightings_.amount(input.previous));
        fee += amount.value();
    }
    for (const bitcoin::TxOutput& output : transaction.outputs) fee -= output.amount.value();
    // Its further coins are spent in the chain: nobody needs to be kept from them.
    return store_version(payment.id,
                         {.txid = bitcoin::txid(transaction),
                          .raw = bitcoin::serialise(transaction),
                          .fee = Satoshi(fee),
                          .stored = now},
                         {});
}

Result<bool> Payer::is_time(const Pass& pass) {
    if (pass.report.pause.paused) return false;
    LODE_TRY(const auto newest, store_.newest(pass.now));
    return !newest || *newest + settings_.interval <= pass.now;
}

Result<bool> Payer::begin(Pass& pass) {
    LODE_TRY(const auto open, store_.open());
    if (open.size() >= settings_.open_max) {
        pass.report.troubles.push_back(std::to_string(open.size()) +
                                       " payments are open: no more are begun");
        return false;
    }
    LODE_TRY(const auto shown_change, change_address_to_show());
    LODE_TRY(auto planned, plan_with({shown_change, pass.now, pass.left}));
    pass.report.skipped.clear();
    for (const Skipped& skipped : planned.skipped) ++pass.report.skipped[skipped.reason];
    if (planned.draft.items.empty()) return false;
    LODE_TRY_VOID(compare(pass, SentWatch::When::now));
    if (pass.report.pause.paused) return false;
    if (settings_.change_address.empty()) {
        LODE_TRY(planned.draft.change_address, wallet_.change_address());
        // Its output may be of another size.
        LODE_TRY(planned, plan_with({planned.draft.change_address, pass.now, pass.left}));
        if (planned.draft.items.empty()) return false;
    }
    Payment payment{.draft = std::move(planned.draft), .created = pass.now, .updated = pass.now};
    LODE_TRY(const auto locked_as, store_.lock(payment.draft, pass.now));
    if (!locked_as) {
        // A replacement by an operator's command takes coins, too; the next pass plans with others.
        pass.report.troubles.emplace_back("coins of a new payment were taken by another meanwhile");
        return false;
    }
    payment.id = *locked_as;
    ++pass.report.planned;
    pass.left = Satoshi(pass.left.value() - gross(payment.draft).value());
    // A courtesy to people who use the wallet by hand: nothing relies on it.
    const auto locked = wallet_.lock(places(payment.draft.inputs));
    if (!locked) pass.report.troubles.push_back(named(payment, locked.error().context));
    LODE_TRY_VOID(advance(std::move(payment), pass));
    return pass.report.skipped.contains(SkipReason::next_payment);
}

Result<void> Payer::measure(Pass& pass) {
    LODE_TRY(const auto open, store_.open());
    pass.report.open = static_cast<std::int64_t>(open.size());
    LODE_TRY(const auto balances, wallet_.balances());
    pass.report.wallet_balance = balances.trusted;
    if (settings_.wallet == WalletKind::hot && balances.trusted > settings_.hot_max) {
        pass.report.over_hot_max = Satoshi(balances.trusted.value() - settings_.hot_max.value());
    }
    return success();
}

Result<FeeRate> Payer::fee_rate() {
    LODE_TRY(const auto estimate, wallet_.fee_rate(settings_.fee_target));
    const FeeRate rate = estimate ? FeeRate(estimate->value()) : settings_.fee_rate_fallback;
    return std::clamp(rate, rate_min, std::max(rate_min, settings_.fee_rate_max));
}

// Confirmed coins, and change of our own that is not, each unless an open payment spends it.
Result<std::vector<Coin>> Payer::free_coins(const std::vector<Payment>& open) {
    std::set<std::pair<bitcoin::Hash256, std::uint32_t>> taken;
    std::set<bitcoin::Hash256> sent;
    for (const Payment& payment : open) {
        for (const PaymentInput& input : all_inputs(payment)) {
            taken.insert({input.coin.txid, input.coin.index});
        }
        // What was replaced once may be confirmed in either form.
        if (payment.versions.size() == 1) sent.insert(payment.versions.front().txid);
    }
    LODE_TRY(const auto listed, wallet_.coins());
    std::vector<Coin> coins;
    for (const node::WalletCoin& coin : listed) {
        if (taken.contains({coin.at.txid, coin.at.index})) continue;
        if (coin.confirmations < 1 && !sent.contains(coin.at.txid)) continue;
        coins.push_back({coin.at, coin.amount, coin.script, coin.confirmations});
    }
    return coins;
}

// Fits any program of 20 bytes, so that a plan that is only shown costs the wallet no address.
Result<std::string> Payer::change_address_to_show() const {
    if (!settings_.change_address.empty()) return settings_.change_address;
    return bitcoin::address_of_script(bitcoin::witness_script(0, Bytes(20)), settings_.network);
}

Result<PaymentPlan> Payer::plan(UnixTime now) {
    LODE_TRY(const auto change, change_address_to_show());
    return plan_with({change, now, settings_.batch_max});
}

Result<PaymentPlan> Payer::plan_with(const PlanFor& what) {
    LODE_TRY(const auto open, store_.open());
    PlanInput input{.change_address = what.change_address, .now = what.now};
    LODE_TRY(input.coins, free_coins(open));
    LODE_TRY(input.height, wallet_.height());
    LODE_TRY(const auto today, store_.paid_since(what.now - day));
    LODE_TRY(const auto rate, fee_rate());
    const PlanRules rules{
        .network = settings_.network,
        .fee_payer = settings_.fee_payer,
        .minimum = settings_.minimum,
        .batch_max = what.left,
        .day_max = Satoshi(std::max(settings_.day_max.value() - today.value(), std::int64_t{0})),
        .outputs_max = settings_.outputs_max,
        .selection = {.rate = rate}};
    LODE_TRY(input.candidates, read_candidates(store_, settings_.fee_addresses, rules, what.now));
    return plan_payment(input, rules);
}

}  // namespace lode::payout
