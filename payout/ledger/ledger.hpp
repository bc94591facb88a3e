// Double entry: every amount the pool ever owed or paid, as transactions whose entries add up to
// zero. Rows are only added; a mistake is another transaction. Balances are sums of entries,
// kept beside them and provably equal.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::payout {

using bitcoin::Satoshi;
using PaymentId = Strong<std::int64_t, struct PaymentIdTag>;

// Whose money. Users by canonical name, fee recipients by the name the terms give them.
struct Owner {
    enum class Kind : std::uint8_t {
        user,
        fee,
        reserve,  // pays the PPS family and stands for their work; may owe
        world,    // where money comes from and goes to
    };
    Kind kind = Kind::user;
    std::string name;  // empty for reserve and world
    friend auto operator<=>(const Owner&, const Owner&) = default;
};

// What of theirs. An owner's money is in exactly one of the first four.
enum class Pot : std::uint8_t {
    immature,     // of blocks that may yet be orphaned
    balance,      // theirs for good, to be paid
    locked,       // in a payment that is not settled
    paid,         // on the chain
    mined,        // world: what blocks brought, negative
    network_fee,  // world: fees of our payments
    deposited,    // world: what the operator put in, negative
};
[[nodiscard]] std::string_view to_string(Owner::Kind kind);
[[nodiscard]] std::string_view to_string(Pot pot);
// Internal when it is the name of none: the database is damaged.
[[nodiscard]] Result<Owner::Kind> owner_kind_from(std::string_view text);
[[nodiscard]] Result<Pot> pot_from(std::string_view text);

struct Account {
    Owner owner;
    Pot pot = Pot::balance;
    friend auto operator<=>(const Account&, const Account&) = default;
};
// Whether its sum may fall below zero: the world's pots and the reserve's balance.
[[nodiscard]] bool may_be_negative(const Account& account);

struct Entry {
    Account account;
    Satoshi amount;  // not zero
    friend bool operator==(const Entry&, const Entry&) = default;
};

enum class Reason : std::uint8_t {
    credit,      // a block's value, immature
    adjustment,  // of a credit that was provisional
    maturity,    // immature to balance
    orphan,      // a credit taken back
    pps,         // the reserve pays for work
    lock,        // balance to locked: a payment begins
    unlock,      // back: it was cancelled
    settle,      // locked to paid
    deposit,     // the operator adds to the reserve, or takes from it
};
[[nodiscard]] std::string_view to_string(Reason reason);

struct Transaction {
    // Names what it does once and for all, such as "credit <hash> 1": the same key is never
    // posted twice.
    std::string key;
    Reason reason = Reason::credit;
    UnixTime at;
    std::int64_t terms_version = 0;
    std::optional<bitcoin::Hash256> block{};
    PaymentId payment{};         // 0: none
    std::string note{};          // for a person; <= 255 B
    std::vector<Entry> entries;  // one an account; they add up to zero
};

// "user alice, balance", for a person.
[[nodiscard]] std::string describe(const Account& account);
// Zero in all, no account twice, no zero entry and none beyond all coins; else internal, naming
// the key.
[[nodiscard]] Result<void> check(const Transaction& transaction);

}  // namespace lode::payout
