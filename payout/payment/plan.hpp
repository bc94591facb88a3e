// Who is paid next, out of which coins, as a pure function. Nothing here is done yet: the answer
// is shown to an operator (`lode payout plan`) or stored as a payment.
#pragma once

#include <string>
#include <vector>

#include "payout/payment/coin_selection.hpp"
#include "payout/payment/payment.hpp"

namespace lode::payout {

// Someone with a balance of at least the pool's minimum.
struct Candidate {
    Owner owner;
    Satoshi balance;
    std::string address{};  // empty: a user's name, if it is an address of the chain
    Satoshi minimum{};      // the owner's own; the pool's where that is more
    UnixTime held_until{};  // after a change of the address
    std::string frozen{};   // the reason, or empty
};

struct PlanRules {
    bitcoin::Network network = bitcoin::Network::main;
    FeePayer fee_payer = FeePayer::pool;
    Satoshi minimum;
    Satoshi batch_max;                // what one payment may pay
    Satoshi day_max;                  // what may still be paid today
    std::size_t outputs_max = 2'000;  // about 250,000 weight units
    SelectionRules selection;
};

enum class SkipReason : std::uint8_t {
    below_minimum,  // his own minimum
    held,           // his address was changed
    frozen,         // by an operator
    no_address,     // a name that is no address, and none was set
    bad_address,    // what was set is none of this chain
    dust,           // less than the network relays, or would be behind the fee
    limit,          // of the batch or the day
    next_payment,   // there is no room in this one, or no coin for it
};
[[nodiscard]] std::string_view to_string(SkipReason reason);

struct Skipped {
    Owner owner;
    Satoshi balance;
    SkipReason reason = SkipReason::below_minimum;
    std::string detail{};  // for a person
};

struct PaymentPlan {
    PaymentDraft draft;        // no items: there is nobody to pay
    Satoshi change;            // 0: none
    std::uint64_t weight = 0;  // of the signed transaction, at most
    std::vector<Skipped> skipped;
};

struct PlanInput {
    std::vector<Candidate> candidates;
    std::vector<Coin> coins;  // none of which an open payment spends
    std::string change_address;
    std::int64_t height = 0;
    UnixTime now{};
};
// Whether he is one to pay when his turn comes. Who is only kept out by a limit that leaves nobody
// the pool's minimum is; who wants more at a time than a limit that leaves others theirs is not.
[[nodiscard]] bool is_payable(const Candidate& candidate, const PlanRules& rules, UnixTime now);

// Pays the smallest balances first, so that limits delay few. Malformed when the change address
// is none of the network.
[[nodiscard]] Result<PaymentPlan> plan_payment(const PlanInput& input, const PlanRules& rules);

}  // namespace lode::payout
