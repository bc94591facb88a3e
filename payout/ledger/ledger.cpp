// Names of what the ledger knows, and what makes a transaction right.
#include "payout/ledger/ledger.hpp"

#include <array>
#include <set>

namespace lode::payout {
namespace {

// In the order of the enums.
constexpr std::array<std::string_view, 4> kinds{"user", "fee", "reserve", "world"};
constexpr std::array<std::string_view, 7> pots{"immature", "balance",     "locked",   "paid",
                                               "mined",    "network_fee", "deposited"};
constexpr std::array<std::string_view, 9> reasons{
    "credit", "adjustment", "maturity", "orphan", "pps", "lock", "unlock", "settle", "deposit"};

template <class Enum, std::size_t size>
Result<Enum> from(std::string_view text, const std::array<std::string_view, size>& names) {
    for (std::size_t i = 0; i < size; ++i) {
        if (names[i] == text) return static_cast<Enum>(i);
    }
    return failure(ErrorCode::internal, "ledger: unknown word " + std::string(text));
}

}  // namespace

std::string_view to_string(Owner::Kind kind) {
    return kinds.at(static_cast<std::size_t>(kind));
}
std::string_view to_string(Pot pot) {
    return pots.at(static_cast<std::size_t>(pot));
}
std::string_view to_string(Reason reason) {
    return reasons.at(static_cast<std::size_t>(reason));
}
Result<Owner::Kind> owner_kind_from(std::string_view text) {
    return from<Owner::Kind>(text, kinds);
}
Result<Pot> pot_from(std::string_view text) {
    return from<Pot>(text, pots);
}

bool may_be_negative(const Account& account) {
    return account.owner.kind == Owner::Kind::world ||
           (account.owner.kind == Owner::Kind::reserve && account.pot == Pot::balance);
}

std::string describe(const Account& account) {
    std::string text(to_string(account.owner.kind));
    if (!account.owner.name.empty()) text += " " + account.owner.name;
    return text.append(", ").append(to_string(account.pot));
}

Result<void> check(const Transaction& transaction) {
    const auto wrong = [&](const std::string& what) {
        return failure(ErrorCode::internal, "ledger: " + transaction.key + ": " + what);
    };
    if (transaction.entries.empty()) return wrong("no entries");
    constexpr std::int64_t most = bitcoin::money_max.value();
    std::int64_t sum = 0;
    std::set<Account> seen;
    for (const Entry& entry : transaction.entries) {
        const std::int64_t amount = entry.amount.value();
        if (!seen.insert(entry.account).second) return wrong(describe(entry.account) + " twice");
        if (amount == 0) return wrong("nothing for " + describe(entry.account));
        if (amount > most || amount < -most) {
            return wrong("more than all coins for " + describe(entry.account));
        }
        if (__builtin_add_overflow(sum, amount, &sum)) return wrong("the sum is beyond 64 bits");
    }
    if (sum != 0) return wrong("adds up to " + std::to_string(sum) + ", not to 0");
    return success();
}

}  // namespace lode::payout
