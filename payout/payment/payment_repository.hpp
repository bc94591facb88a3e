// Payments as rows, each change in one transaction with its ledger entries.
#pragma once

#include <functional>

#include "common/db/db.hpp"
#include "payout/ledger/ledger_repository.hpp"
#include "payout/payment/payment_store.hpp"

namespace lode::payout {

class PaymentRepository final : public PaymentStore {
  public:
    struct Options {
        Fence fence;  // whose chain it is and whose lease
        bitcoin::Network network = bitcoin::Network::main;
        // The fee recipient that bears the pool's network fees while it has the money; else, and
        // when empty, the reserve does.
        std::string fee_purse{};
    };
    // The connection outlives it.
    PaymentRepository(db::Connection& connection, Options options);

    [[nodiscard]] Result<std::optional<PaymentId>> lock(const PaymentDraft& draft,
                                                        UnixTime now) override;
    [[nodiscard]] Result<Kept> add_version(PaymentId id, const PaymentVersion& version,
                                           const std::vector<PaymentInput>& more_inputs) override;
    [[nodiscard]] Result<bool> is_of_another(PaymentId id, const bitcoin::Hash256& txid) override;
    [[nodiscard]] Result<void> mark_sent(PaymentId id, UnixTime now) override;
    [[nodiscard]] Result<void> settle(const Payment& payment, const bitcoin::Hash256& confirmed,
                                      UnixTime now) override;
    [[nodiscard]] Result<void> cancel(const Payment& payment, UnixTime now) override;
    [[nodiscard]] Result<std::vector<Payment>> open() override;
    [[nodiscard]] Result<std::optional<Payment>> find(PaymentId id) override;
    [[nodiscard]] Result<std::optional<UnixTime>> newest(UnixTime now) override;
    [[nodiscard]] Result<Satoshi> paid_since(UnixTime since) override;
    [[nodiscard]] Result<std::vector<Candidate>> candidates(const CandidatePage& page) override;
    [[nodiscard]] Result<Pause> pause() override;

  private:
    [[nodiscard]] Result<void> under_lease(UnixTime now, const std::function<Result<void>()>& body);
    [[nodiscard]] Result<std::vector<PaymentId>> spenders(const std::vector<PaymentInput>& inputs);
    [[nodiscard]] Result<PaymentId> insert(const PaymentDraft& draft, UnixTime now);
    [[nodiscard]] Result<bool> close(PaymentId id, PaymentState state, UnixTime now);
    // Who bears this much of a network fee.
    [[nodiscard]] Result<Owner> bearer_of(Satoshi part);
    [[nodiscard]] Result<Payment> read(const db::Row& row);
    [[nodiscard]] Result<void> read_items(Payment& payment);
    [[nodiscard]] Result<void> read_versions(Payment& payment);

    db::Connection& db_;
    Options options_;
    LedgerRepository ledger_;
};

}  // namespace lode::payout
