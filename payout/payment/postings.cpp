// Entries of lock, unlock and settle.
#include "payout/payment/postings.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

Transaction posting(const Payment& payment, Reason reason, UnixTime now) {
    return {.key = std::string(to_string(reason)) + " " + std::to_string(payment.id.value()),
            .reason = reason,
            .at = now,
            .payment = payment.id};
}

// An owner is paid once, but the reserve may stand in for several.
void add(Transaction& transaction, const Owner& owner, Pot pot, std::int64_t amount) {
    if (owner.kind == Owner::Kind::reserve) {
        const auto before =
            std::ranges::find(transaction.entries, Account{owner, pot}, &Entry::account);
        if (before != transaction.entries.end()) {
            before->amount = Satoshi(before->amount.value() + amount);
            return;
        }
    }
    transaction.entries.push_back({{owner, pot}, Satoshi(amount)});
}

void move(Transaction& transaction, const PaymentItem& item, Pot from, Pot to) {
    add(transaction, item.owner, from, -item.amount.value());
    add(transaction, item.owner, to, item.amount.value());
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
        add(transaction, item.owner, Pot::locked, -item.amount.value());
        add(transaction, item.owner, Pot::paid, item.net().value());
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
