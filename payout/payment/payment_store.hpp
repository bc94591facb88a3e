// What payments are kept in. An interface, so that Payer is tested against a store that loses
// answers; PaymentRepository is the one over the database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "payout/payment/payment.hpp"
#include "payout/payment/plan.hpp"

namespace lode::payout {

struct Pause {
    bool paused = false;
    std::string reason{};
};

// Users and fee recipients with at least `least`, smallest first: the first `rows` of them behind
// an owner with just that balance, or the very first.
struct CandidatePage {
    Satoshi least;
    std::optional<Owner> behind{};
    std::int64_t rows = 0;
};

// Each change is one transaction under the lease of the chain's payout, and changes nothing when it
// is made again. conflict: the lease is another's, and nothing else is.
class PaymentStore {
  public:
    virtual ~PaymentStore() = default;

    // The payment with its ledger entries. A payment of the same coins that is open already is
    // this one, made before: its id. Nothing when an open payment spends some of the coins.
    [[nodiscard]] virtual Result<std::optional<PaymentId>> lock(const PaymentDraft& draft,
                                                                UnixTime now) = 0;
    // Before it is sent. `more_inputs` are coins that no version before spent.
    [[nodiscard]] virtual Result<Kept> add_version(
        PaymentId id, const PaymentVersion& version,
        const std::vector<PaymentInput>& more_inputs) = 0;
    // Whether the transaction is a version of another payment.
    [[nodiscard]] virtual Result<bool> is_of_another(PaymentId id,
                                                     const bitcoin::Hash256& txid) = 0;
    [[nodiscard]] virtual Result<void> mark_sent(PaymentId id, UnixTime now) = 0;
    // settle and cancel are rejected when the payment has ended otherwise.
    // locked to paid, and the network fee of the version that confirmed.
    [[nodiscard]] virtual Result<void> settle(const Payment& payment,
                                              const bitcoin::Hash256& confirmed, UnixTime now) = 0;
    [[nodiscard]] virtual Result<void> cancel(const Payment& payment, UnixTime now) = 0;

    // Oldest first.
    [[nodiscard]] virtual Result<std::vector<Payment>> open() = 0;
    [[nodiscard]] virtual Result<std::optional<Payment>> find(PaymentId id) = 0;
    // Of the newest payment that was begun by `now` and not cancelled. One of the future was begun
    // by a clock that was wrong, and nobody waits for that.
    [[nodiscard]] virtual Result<std::optional<UnixTime>> newest(UnixTime now) = 0;
    // What payments since then take from balances, those apart that were cancelled.
    [[nodiscard]] virtual Result<Satoshi> paid_since(UnixTime since) = 0;
    // None when there are no more.
    [[nodiscard]] virtual Result<std::vector<Candidate>> candidates(const CandidatePage& page) = 0;
    [[nodiscard]] virtual Result<Pause> pause() = 0;
};

}  // namespace lode::payout
