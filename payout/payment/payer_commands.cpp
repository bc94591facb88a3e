// What an operator does to one payment by hand: a replacement, and PSBTs out and in.
#include <algorithm>

#include "payout/payment/payer.hpp"

namespace lode::payout {

Result<Payment> Payer::find_open(PaymentId id) {
    LODE_TRY(auto payment, store_.find(id));
    if (!payment) {
        return failure(ErrorCode::rejected, "no payment " + std::to_string(id.value()));
    }
    if (!is_open(payment->state)) {
        return failure(ErrorCode::rejected,
                       named(*payment, "it is " + std::string(to_string(payment->state))));
    }
    return *std::move(payment);
}

Result<UnsignedVersion> Payer::replacement(const Payment& payment, std::optional<FeeRate> rate) {
    if (payment.versions.empty()) {
        return failure(ErrorCode::rejected, named(payment, "there is nothing to replace"));
    }
    LODE_TRY(const auto confirmed, sightings_.confirmed(payment));
    if (!confirmed.empty()) {
        return failure(ErrorCode::rejected, named(payment, "it is in a block"));
    }
    LODE_TRY(const auto open, store_.open());
    for (const Payment& other : open) {
        for (const PaymentInput& input : all_inputs(other)) {
            if (std::ranges::find(payment.versions, input.coin.txid, &PaymentVersion::txid) ==
                payment.versions.end()) {
                continue;
            }
            return failure(ErrorCode::rejected,
                           named(payment, "payment " + std::to_string(other.id.value()) +
                                              " spends its change: bump that one"));
        }
    }
    if (rate && *rate > settings_.fee_rate_max) {
        return failure(ErrorCode::rejected, "the rate is above the limit of " +
                                                std::to_string(settings_.fee_rate_max.value()));
    }
    if (!rate) {
        LODE_TRY(const auto asked, fee_rate());
        const PaymentVersion& last = payment.versions.back();
        LODE_TRY(const auto transaction, bitcoin::parse_transaction(last.raw));
        // A quarter more, in satoshi for 4,000 weight units.
        const auto weight = static_cast<std::int64_t>(bitcoin::weight(transaction));
        const FeeRate more(last.fee.value() * 5'000 / weight + 1);
        rate = std::min(std::max(asked, more), settings_.fee_rate_max);
    }
    LODE_TRY(auto coins, free_coins(open));
    auto version =
        bump_version(payment, std::move(coins), {.rate = *rate, .network = settings_.network});
    if (!version)
        return failure_in("payment " + std::to_string(payment.id.value()), version.error());
    return version;
}

Result<Satoshi> Payer::bump(PaymentId id, std::optional<FeeRate> rate, UnixTime now) {
    LODE_TRY(const auto payment, find_open(id));
    LODE_TRY(const auto version, replacement(payment, rate));
    LODE_TRY(const auto transaction, wallet_.sign(version.transaction));
    LODE_TRY(auto accepted, accept(payment, transaction, version.more_inputs));
    accepted.stored = now;
    LODE_TRY_VOID(store_version(id, accepted, version.more_inputs));
    return accepted.fee;
}

Result<std::string> Payer::export_psbt(PaymentId id, std::optional<FeeRate> rate) {
    LODE_TRY(const auto payment, find_open(id));
    if (rate) {
        LODE_TRY(const auto version, replacement(payment, rate));
        return wallet_.to_psbt(version.transaction);
    }
    if (!payment.versions.empty()) {
        return failure(ErrorCode::rejected,
                       named(payment, "it is signed already: a replacement needs a rate"));
    }
    LODE_TRY(const auto version, first_version(payment.draft, settings_.network));
    return wallet_.to_psbt(version.transaction);
}

Result<bitcoin::Hash256> Payer::import_psbt(PaymentId id, const std::string& psbt, UnixTime now) {
    LODE_TRY(const auto payment, find_open(id));
    LODE_TRY(const auto transaction, wallet_.finish_psbt(psbt));
    LODE_TRY(const auto open, store_.open());
    LODE_TRY(const auto coins, free_coins(open));
    std::vector<PaymentInput> free;
    for (const Coin& coin : coins) {
        if (coin.confirmations > 0) free.push_back({coin.at, coin.amount});
    }
    LODE_TRY(const auto version, recognise(payment, transaction, free, settings_.network));
    LODE_TRY(auto accepted, accept(payment, transaction, free));
    accepted.stored = now;
    LODE_TRY_VOID(store_version(id, accepted, version.more_inputs));
    return accepted.txid;
}

}  // namespace lode::payout
