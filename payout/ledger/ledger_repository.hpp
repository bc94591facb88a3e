// The ledger's rows. Who posts holds the lease of the chain's payout; its fencing number is checked
// in the same transaction, so that a former holder changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "payout/ledger/ledger.hpp"

namespace lode::payout {

// The row of table `lease` that is payout's: "payout/<chain>".
struct Fence {
    std::string chain;
    std::string holder;
    std::int64_t number = 0;
};

class LedgerRepository {
  public:
    // The connection outlives it.
    LedgerRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // The first statement of every transaction that posts or pays: conflict when the lease is
    // another's or was released. Holds the lease's row until the transaction ends, so that nobody
    // else posts meanwhile or takes the lease, and renews it: who posts is alive.
    [[nodiscard]] Result<void> hold(const Fence& fence, UnixTime now);

    // Within the caller's transaction. already: the key was posted before, nothing was done.
    // Rejected when an account that must not would fall below zero, naming it: the caller's
    // transaction must not be committed then.
    enum class Posted : std::uint8_t { now, already };
    [[nodiscard]] Result<Posted> post(const Transaction& transaction);

    // What has been posted for a block so far, an entry an account, sorted, none zero.
    [[nodiscard]] Result<std::vector<Entry>> posted_for(const bitcoin::Hash256& block);
    // The same for one owner, line by line, in the order of posting.
    struct Line {
        std::string key;
        std::string reason;
        UnixTime at;
        Pot pot = Pot::balance;
        Satoshi amount;
    };
    [[nodiscard]] Result<std::vector<Line>> lines_for(const bitcoin::Hash256& block,
                                                      const Owner& owner);
    [[nodiscard]] Result<Satoshi> balance(const Account& account);
    // Balances of at least `least`, users and fee recipients, sorted by owner; at most `limit`
    // behind `after`.
    struct Page {
        Satoshi least;
        std::optional<Owner> after{};
        std::size_t limit = 1'000;
    };
    [[nodiscard]] Result<std::vector<Entry>> balances(Pot pot, const Page& page);

  private:
    using Names = std::vector<std::string>;
    // Of one kind and pot.
    struct Group {
        Owner::Kind kind;
        Pot pot;
        Names names;
    };
    using Ids = std::map<Account, std::int64_t>;

    [[nodiscard]] Result<std::int64_t> write_transaction(const Transaction& transaction);
    // Accounts that are not there are made.
    [[nodiscard]] Result<Ids> ids_of(const std::vector<Entry>& entries);
    [[nodiscard]] Result<void> find_ids(const Group& group, Ids& ids);
    [[nodiscard]] Result<void> refuse_overdraft(std::int64_t transaction);

    db::Connection& db_;
    std::string chain_;
};

// All invariants, read in one snapshot: every transaction adds up to zero, every kept balance
// equals its entries, no account is below zero that must not be, what is locked equals open
// payments, what is paid equals settled ones, no confirmed block lacks the row that says what it
// brought. Rows are read in pages; memory is 16 MiB however
// large the ledger is.
struct LedgerReport {
    std::int64_t transactions = 0;
    std::int64_t entries = 0;
    std::map<Pot, Satoshi> sums;
    std::vector<std::string> complaints;  // empty: right; at most a hundred
};
[[nodiscard]] Result<LedgerReport> verify_ledger(db::Connection& connection,
                                                 const std::string& chain);

}  // namespace lode::payout
