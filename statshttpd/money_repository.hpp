// The queries about the pool's money, and about one user's. None reads more than a page, or the
// days of one user.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.hpp"
#include "common/db/db.hpp"
#include "statshttpd/money_answers.hpp"

namespace lode::statshttpd {

class MoneyRepository {
  public:
    // The connection outlives it.
    MoneyRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    [[nodiscard]] Result<TermsVersions> terms();
    // The pool's; nothing before payout has told it.
    [[nodiscard]] Result<std::optional<Satoshi>> minimum();
    // Newest first.
    [[nodiscard]] Result<PaymentsPage> payments(const PaymentsQuery& query);

    // ---- of one user, by canonical name; rejected when there is no such user ---------------

    [[nodiscard]] Result<Balance> balance(const std::string& user, UnixTime now);
    // Newest first; days without a change are left out.
    [[nodiscard]] Result<EarningDays> earnings(const std::string& user, const Page& page);
    // Newest first.
    [[nodiscard]] Result<CreditsPage> credits(const std::string& user, const CreditsQuery& query);
    [[nodiscard]] Result<UserPaymentsPage> payments_of(const std::string& user, const Page& page);
    [[nodiscard]] Result<BookLines> books(const std::string& user, const BooksQuery& query);

  private:
    // Of one user, by pot.
    using Accounts = std::map<std::string, std::int64_t>;
    [[nodiscard]] Result<Accounts> accounts(const std::string& user);
    struct Entries {
        std::string_view condition;  // on t, ledger_transaction; e, ledger_entry
        std::vector<db::Value> parameters;
        std::string_view order;  // of transaction ids: ASC or DESC
        std::size_t limit = 0;   // of each account
    };
    // Merged in that order.
    [[nodiscard]] Result<std::vector<BookLine>> entries(const Accounts& accounts,
                                                        const Entries& wanted);
    struct Sent {
        bitcoin::Hash256 txid;
        Satoshi fee;
    };
    // The transaction that confirmed, else the newest; none for a payment that is not signed.
    [[nodiscard]] Result<std::map<std::int64_t, Sent>> sent(const std::vector<db::Value>& payments);
    [[nodiscard]] Result<std::map<bitcoin::Hash256, std::int64_t>> heights(
        const std::vector<BookLine>& lines);

    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::statshttpd
