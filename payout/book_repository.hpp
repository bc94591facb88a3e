// The books as tables, for exports: a row a ledger entry, a balance, a user's day or a payment.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/db/db.hpp"
#include "payout/ledger/ledger.hpp"

namespace lode::payout {

enum class BookTable : std::uint8_t {
    entries,   // of the ledger
    balances,  // as they are now
    days,      // sums of a user's entries by UTC day, pot, reason and version of the terms
    payments,  // a row a recipient
};
// Names of the columns. Times are unix milliseconds, amounts base units, hashes in display order.
[[nodiscard]] std::vector<std::string_view> columns_of(BookTable table);

struct BookFilter {
    UnixTime from;  // of entries, days (whole ones) and payments; from included, to not
    UnixTime to;
    std::optional<std::string> user{};
};
// A row's cells, in the order of the columns: integers, and texts that may be empty.
using BookRow = std::vector<db::Value>;
using BookSink = std::function<void(const BookRow&)>;

// What the pool owes and owns, in one snapshot.
struct BookSums {
    struct Of {
        Satoshi immature;
        Satoshi balance;
        Satoshi locked;
        Satoshi paid;
    };
    Of users;
    Of fees;
    Of reserve;
    Satoshi network_fees;
    Satoshi deposited;
    // What must be in the wallet for users and the pool, immature coins included.
    [[nodiscard]] Satoshi liability() const {
        return Satoshi(users.immature.value() + users.balance.value() + users.locked.value() +
                       fees.immature.value() + fees.balance.value() + fees.locked.value());
    }
};

class BookRepository {
  public:
    // The connection outlives it.
    BookRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Rows in the order of the ledger, of names or of time, read in pages.
    [[nodiscard]] Result<void> read(BookTable table, const BookFilter& filter,
                                    const BookSink& sink);
    [[nodiscard]] Result<BookSums> sums();
    // What our newest block brought; 0: there is none yet.
    [[nodiscard]] Result<Satoshi> newest_reward();

    struct MonthClose {
        std::string month;  // "2026-11"
        UnixTime end;       // its last moment, excluded
        std::string who;
        UnixTime at;
    };
    // Writes down the sums of the ledger's entries before the month's end, by owner kind and pot,
    // as JSON, with a row of audit_log; gives them. Rejected when the month is not over or was
    // closed already.
    [[nodiscard]] Result<std::string> close_month(const MonthClose& close);

  private:
    [[nodiscard]] Result<void> entries(const BookFilter& filter, const BookSink& sink);
    [[nodiscard]] Result<void> balances(const BookFilter& filter, const BookSink& sink);
    [[nodiscard]] Result<void> days(const BookFilter& filter, const BookSink& sink);
    [[nodiscard]] Result<void> payments(const BookFilter& filter, const BookSink& sink);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::payout
