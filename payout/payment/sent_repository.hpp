// The rows behind what the books know of the wallet's transactions.
#pragma once

#include <map>
#include <string>

#include "common/db/db.hpp"
#include "payout/payment/payment_repository.hpp"
#include "payout/payment/sent_store.hpp"

namespace lode::payout {

class SentRepository final : public SentStore {
  public:
    struct Options {
        std::string chain;
        bitcoin::Network network = bitcoin::Network::main;
        std::string wallet;                                  // its name
        std::map<std::string, std::string> fee_addresses{};  // of fee recipients, by name
    };
    // The connection outlives it.
    SentRepository(db::Connection& connection, Options options);

    [[nodiscard]] Result<std::optional<UnixTime>> begun() override;
    [[nodiscard]] Result<std::optional<UnixTime>> compared() override;
    [[nodiscard]] Result<void> set_compared(UnixTime until) override;
    [[nodiscard]] Result<std::set<bitcoin::Hash256>> known(
        const std::vector<bitcoin::Hash256>& txids) override;
    [[nodiscard]] Result<std::vector<Payment>> rivals(
        const std::vector<bitcoin::OutPoint>& coins) override;
    [[nodiscard]] Result<AddressOwners> payees(const std::vector<std::string>& addresses) override;

    struct Ignored {
        bitcoin::Hash256 txid;
        std::string who;
        std::string reason;
        UnixTime at;
    };
    // It is no payment: nobody is told of it again. Leaves a row of audit_log. Rejected when it is
    // known already.
    [[nodiscard]] Result<void> ignore(const Ignored& ignored);

  private:
    [[nodiscard]] Result<void> add_payee(AddressOwners& payees, const std::string& address,
                                         const Owner& owner);

    db::Connection& db_;
    Options options_;
    PaymentRepository payments_;  // only read
    LedgerRepository ledger_;
};

}  // namespace lode::payout
