// Entries of lock, unlock and settle.
#include "payout/payment/postings.hpp"

namespace lode::payout {
namespace {

Transaction posting(const Payment& payment, Reason reason, UnixTime now) {
    return {.key = std::string(to_string(reason)) + " " + std::to_string(payment.id.value()),
            .reason = reason,
            .at = now,
            .payment = payment.id};
}

void move(Transaction& transaction, const PaymentItem& item, Pot from, Pot to) {
    transaction.entries.push_back({{item.owner, from}, Satoshi(-item.amount.value())});
    transaction.entries.push_back({{item.owner, to}, item.amount});
}

}  // namespace

Transaction lock_posting(const Payment& payment, UnixTime now) {
    Transaction transaction = posting(payment, Reason::lock, now);
    for (const PaymentItem& item : payment.draft.items) {
        move(transaction, item, Pot::balance, Pot::locked);
    }
    return transaction;
}

Transaction unlock_posting(const Payment& payment, UnixTime now) {
    Transaction transaction = posting(payment, Reason::unlock, now);
    for (const PaymentItem& item : payment.draft.items) {
        move(transaction, item, Pot::locked, Pot::balance);
    }
    return transaction;
}

Satoshi pool_part(const PaymentDraft& draft, Satoshi fee) {
    std::int64_t part = fee.value();
    for (const PaymentItem& item : draft.items) part -= item.fee.value();
    return Satoshi(part);
}

Transaction settle_posting(const Payment& payment, const Settlement& settlement, UnixTime now) {
    Transaction transaction = posting(payment, Reason::settle, now);
    transaction.note = settlement.note;
    for (const PaymentItem& item : payment.draft.items) {
        transaction.entries.push_back({{item.owner, Pot::locked}, Satoshi(-item.amount.value())});
        transaction.entries.push_back({{item.owner, Pot::paid}, item.net()});
    }
    const Satoshi part = pool_part(payment.draft, settlement.fee);
    if (part != Satoshi(0)) {
        transaction.entries.push_back({{settlement.bearer, Pot::balance}, Satoshi(-part.value())});
    }
    if (settlement.fee != Satoshi(0)) {
        transaction.entries.push_back(
            {{{Owner::Kind::world, ""}, Pot::network_fee}, settlement.fee});
    }
    return transaction;
}

}  // namespace lode::payout
