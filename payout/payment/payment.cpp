// Names of states, and sums.
#include "payout/payment/payment.hpp"

#include <array>

namespace lode::payout {
namespace {

constexpr std::array<std::string_view, 5> states{"locked", "signed", "sent", "settled",
                                                 "cancelled"};
constexpr std::array<std::string_view, 4> outcomes{"stored", "it is not open any more",
                                                   "another payment has taken its further coins",
                                                   "another payment was paid by this transaction"};
constexpr std::array<std::string_view, 2> payers{"pool", "recipients"};

}  // namespace

std::string_view to_string(PaymentState state) {
    return states[static_cast<std::size_t>(state)];
}

Result<PaymentState> payment_state_from(std::string_view text) {
    for (std::size_t i = 0; i < states.size(); ++i) {
        if (states[i] == text) return static_cast<PaymentState>(i);
    }
    return failure(ErrorCode::malformed, "no state of a payment: " + std::string(text));
}

std::string_view to_string(FeePayer payer) {
    return payers[static_cast<std::size_t>(payer)];
}

Result<FeePayer> fee_payer_from(std::string_view text) {
    for (std::size_t i = 0; i < payers.size(); ++i) {
        if (payers[i] == text) return static_cast<FeePayer>(i);
    }
    return failure(ErrorCode::malformed,
                   "who pays network fees is pool or recipients, not " + std::string(text));
}

std::string_view to_string(Kept kept) {
    return outcomes[static_cast<std::size_t>(kept)];
}

bool is_open(PaymentState state) {
    return state != PaymentState::settled && state != PaymentState::cancelled;
}

std::string named(const Payment& payment, const std::string& what) {
    return "payment " + std::to_string(payment.id.value()) + ": " + what;
}

Satoshi gross(const PaymentDraft& draft) {
    std::int64_t sum = 0;
    for (const PaymentItem& item : draft.items) sum += item.amount.value();
    return Satoshi(sum);
}

}  // namespace lode::payout
