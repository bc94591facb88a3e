// Differences between what stands in the ledger and what should.
#include "payout/settlement/posting.hpp"

#include <map>

namespace lode::payout {
namespace {

using Amounts = std::map<Account, std::int64_t>;

std::vector<Entry> entries_of(const Amounts& amounts) {
    std::vector<Entry> entries;
    entries.reserve(amounts.size());
    for (const auto& [account, amount] : amounts) {
        if (amount != 0) entries.push_back({account, Satoshi(amount)});
    }
    return entries;
}

std::vector<Entry> missing(const BlockBooks& books) {
    Amounts amounts;
    for (const Entry& entry : books.wanted) amounts[entry.account] += entry.amount.value();
    for (const Entry& entry : books.posted) amounts[entry.account] -= entry.amount.value();
    return entries_of(amounts);
}

std::vector<Entry> maturing(const std::vector<Entry>& credited) {
    Amounts amounts;
    for (const Entry& entry : credited) {
        if (entry.account.pot != Pot::immature) continue;
        amounts[entry.account] -= entry.amount.value();
        amounts[{entry.account.owner, Pot::balance}] += entry.amount.value();
    }
    return entries_of(amounts);
}

Reason reason_of(const Step& step, const BlockBooks& books) {
    if (step.kind == Step::Kind::take_back) return Reason::orphan;
    return books.posted.empty() ? Reason::credit : Reason::adjustment;
}

}  // namespace

Result<Owner> owner_of(const Payee& payee, const Terms& terms, const UserNames& names) {
    switch (payee.kind) {
        case Payee::Kind::reserve:
            return Owner{.kind = Owner::Kind::reserve, .name = ""};
        case Payee::Kind::fee:
            return Owner{.kind = Owner::Kind::fee,
                         .name = terms.recipients.at(static_cast<std::size_t>(payee.id)).name};
        case Payee::Kind::user:
            break;
    }
    const auto name = names.find(UserId(payee.id));
    if (name != names.end()) return Owner{.kind = Owner::Kind::user, .name = name->second};
    return failure(ErrorCode::internal, "user " + std::to_string(payee.id) + " has no name");
}

Result<std::vector<Entry>> credit_entries(const std::vector<Credit>& credits, const Terms& terms,
                                          const UserNames& names) {
    Amounts amounts;
    std::int64_t value = 0;
    for (const Credit& credit : credits) {
        LODE_TRY(auto owner, owner_of(credit.payee, terms, names));
        amounts[{std::move(owner), Pot::immature}] += credit.amount.value();
        value += credit.amount.value();
    }
    amounts[{{.kind = Owner::Kind::world, .name = ""}, Pot::mined}] -= value;
    return entries_of(amounts);
}

Posting post_step(const Step& step, const BlockBooks& books) {
    const OurBlock& block = step.block;
    Posting posting{
        .transactions = {}, .state = CreditState::provisional, .revision = block.revision + 1};
    const std::string name =
        " " + bitcoin::to_display_hex(block.hash) + " " + std::to_string(posting.revision);
    const auto add = [&](Reason reason, std::vector<Entry> entries) {
        if (entries.empty()) return;
        posting.transactions.push_back({.key = std::string(to_string(reason)) + name,
                                        .reason = reason,
                                        .at = books.at,
                                        .terms_version = books.terms_version,
                                        .block = block.hash,
                                        .note = "block " + std::to_string(block.height),
                                        .entries = std::move(entries)});
    };
    add(reason_of(step, books), missing(books));
    if (step.kind == Step::Kind::finalise) {
        add(Reason::maturity, maturing(books.wanted));
        posting.state = CreditState::final;
    }
    if (step.kind == Step::Kind::take_back) posting.state = CreditState::reversed;
    return posting;
}

}  // namespace lode::payout
