// What a payment does to the ledger.
#pragma once

#include "payout/ledger/ledger.hpp"
#include "payout/payment/payment.hpp"

namespace lode::payout {

// Each item from balance to locked.
[[nodiscard]] Transaction lock_posting(const Payment& payment, UnixTime now);
// And back.
[[nodiscard]] Transaction unlock_posting(const Payment& payment, UnixTime now);
// Each item from locked to paid, less its part of the network fee; what the fee of the version that
// confirmed exceeds those parts by is taken from the balance of `bearer`.
struct Settlement {
    Satoshi fee;   // not less than the items' parts
    Owner bearer;  // a fee recipient or the reserve
    std::string note{};
};
[[nodiscard]] Transaction settle_posting(const Payment& payment, const Settlement& settlement,
                                         UnixTime now);
// What the bearer would pay.
[[nodiscard]] Satoshi pool_part(const PaymentDraft& draft, Satoshi fee);

}  // namespace lode::payout
