// What a step of the settlement posts to the ledger.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "payout/ledger/ledger.hpp"
#include "payout/scheme/credit.hpp"
#include "payout/settlement/settlement.hpp"

namespace lode::payout {

// user.name by user.id.
using UserNames = std::unordered_map<UserId, std::string>;

// The owner of a credit. Internal when a user has no name.
[[nodiscard]] Result<Owner> owner_of(const Payee& payee, const Terms& terms,
                                     const UserNames& names);
// All a block's credits as entries: each immature, and world's mined against them; sorted.
[[nodiscard]] Result<std::vector<Entry>> credit_entries(const std::vector<Credit>& credits,
                                                        const Terms& terms, const UserNames& names);

struct BlockBooks {
    std::vector<Entry> wanted;  // credit_entries; nothing where it is taken back
    std::vector<Entry> posted;  // for the block so far
    std::int64_t terms_version = 0;
    UnixTime at;
};
// The transactions that make what is posted what is wanted, and the state and revision the block
// has then. None where nothing is missing.
struct Posting {
    std::vector<Transaction> transactions;
    CreditState state = CreditState::none;
    std::int64_t revision = 0;
};
[[nodiscard]] Posting post_step(const Step& step, const BlockBooks& books);

}  // namespace lode::payout
