// What the books know of the wallet's own transactions. An interface, so that it is tested against
// a store that loses answers; SentRepository is the one over the database.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "payout/payment/payment.hpp"

namespace lode::payout {

// Someone who is paid to an address, and what he has.
struct AddressOwner {
    Owner owner;
    Satoshi balance;
    Satoshi pending{};  // immature, or locked in payments
};
using AddressOwners = std::map<std::string, std::vector<AddressOwner>>;  // by address

class SentStore {
  public:
    virtual ~SentStore() = default;

    // The first moment at which the pool may have owed anything: that of its first share, block or
    // ledger entry; nothing where there is none.
    [[nodiscard]] virtual Result<std::optional<UnixTime>> begun() = 0;
    // All that the wallet heard of by then is known; nothing before the first look.
    [[nodiscard]] virtual Result<std::optional<UnixTime>> compared() = 0;
    [[nodiscard]] virtual Result<void> set_compared(UnixTime until) = 0;

    // Of these, versions of payments and those that a person said are none.
    [[nodiscard]] virtual Result<std::set<bitcoin::Hash256>> known(
        const std::vector<bitcoin::Hash256>& txids) = 0;
    // Payments, open or settled, that spend some of the coins.
    [[nodiscard]] virtual Result<std::vector<Payment>> rivals(
        const std::vector<bitcoin::OutPoint>& coins) = 0;
    // Owners who are paid to these addresses; those without any are left out.
    [[nodiscard]] virtual Result<AddressOwners> payees(
        const std::vector<std::string>& addresses) = 0;
};

}  // namespace lode::payout
