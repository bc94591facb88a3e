// Whom the next payment is planned for, of all who wait: read in pages, so that those who cannot
// be paid keep nobody else from it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "payout/payment/payment_store.hpp"
#include "payout/payment/plan.hpp"

namespace lode::payout {

// Addresses of fee recipients, by name, where they have set none.
using FeeAddresses = std::map<std::string, std::string>;

// The smallest balances first: one more that can be paid than a payment holds, where there are so
// many, and of those before them who cannot be paid the first ones, for a person to see.
[[nodiscard]] Result<std::vector<Candidate>> read_candidates(PaymentStore& store,
                                                             const FeeAddresses& fee_addresses,
                                                             const PlanRules& rules, UnixTime now);

}  // namespace lode::payout
