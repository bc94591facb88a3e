// Proves the ledger's invariants from its rows, in pages.
#include <algorithm>
#include <limits>

#include "payout/ledger/ledger_repository.hpp"

namespace lode::payout {
namespace {

constexpr std::size_t complaints_max = 100;
// Rows of a page: some hundred bytes each.
constexpr std::int64_t page_rows = 10'000;
// Accounts whose entries are summed in one pass over all entries: 16 bytes each.
constexpr std::int64_t window_accounts = 1 << 20;
// A payment has at most some thousand items, each with an entry or two a transaction.
constexpr std::int64_t payments_a_page = 20;

class Verification {
  public:
    Verification(db::Connection& connection, const std::string& chain)
        : db_(connection), chain_(chain) {}

    Result<LedgerReport> run() {
        LODE_TRY(const auto account, number("SELECT COALESCE(MAX(id), 0) FROM ledger_account", {}));
        LODE_TRY(const auto used,
                 number("SELECT COALESCE(MAX(account_id), 0) FROM ledger_entry", {}));
        const std::int64_t highest = std::max(account, used);
        std::int64_t after = 0;
        do {
            sums_.assign(static_cast<std::size_t>(std::min(window_accounts, highest - after)), {});
            first_ = after + 1;
            LODE_TRY_VOID(sum_entries());
            LODE_TRY_VOID(compare_balances(after + window_accounts));
            after += window_accounts;
        } while (after < highest);
        LODE_TRY(const auto homeless,
                 number("SELECT COUNT(*) FROM ledger_balance b LEFT JOIN ledger_account a ON "
                        "a.id = b.account_id WHERE a.id IS NULL",
                        {}));
        if (homeless != 0) complain(std::to_string(homeless) + " balances of no account");
        LODE_TRY_VOID(compare_payments());
        LODE_TRY_VOID(find_uncredited());
        std::int64_t all = 0;
        for (const auto& [pot, sum] : report_.sums) all += sum.value();
        if (all != 0) complain("all balances add up to " + std::to_string(all) + ", not to 0");
        return std::move(report_);
    }

  private:
    struct Sum {
        std::int64_t amount = 0;
        std::int64_t entries = 0;
    };
    struct Row {
        std::int64_t id = 0;
        bool ours = false;  // of this chain
        std::string key;
        Sum sum;
    };

    void complain(std::string what) {
        if (report_.complaints.size() < complaints_max) {
            report_.complaints.push_back(std::move(what));
        }
    }
    bool first_pass() const { return first_ == 1; }

    Result<std::int64_t> number(std::string_view sql, const std::vector<db::Value>& parameters) {
        LODE_TRY(const auto rows, db_.query(sql, parameters));
        return rows.front().integer(0);
    }

    // Nothing says what these brought, so payout leaves them alone.
    Result<void> find_uncredited() {
        LODE_TRY(const auto rows,
                 db_.query("SELECT b.block_hash, b.height FROM block b LEFT JOIN block_coinbase c "
                           "ON c.block_hash = b.block_hash WHERE b.chain = ? AND b.state = "
                           "'confirmed' AND c.block_hash IS NULL ORDER BY b.height LIMIT ?",
                           {chain_, static_cast<std::int64_t>(complaints_max)}));
        for (const db::Row& row : rows) {
            LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(0)));
            complain("block " + bitcoin::to_display_hex(hash) + " of height " +
                     std::to_string(row.integer(1)) +
                     " is confirmed and never credited: it has no row of block_coinbase");
        }
        return success();
    }

    // All entries once: each transaction's sum, and those of the window's accounts.
    Result<void> sum_entries() {
        std::int64_t after = 0;
        for (;;) {
            LODE_TRY(const auto rows, db_.query("SELECT id, chain, entry_key FROM "
                                                "ledger_transaction WHERE id > ? ORDER BY id "
                                                "LIMIT ?",
                                                {after, page_rows}));
            page_.clear();
            for (const db::Row& row : rows) {
                page_.push_back({row.integer(0), row.text(1) == chain_, row.text(2), {}});
            }
            // Behind the last page: entries of no transaction.
            const std::int64_t until =
                page_.empty() ? std::numeric_limits<std::int64_t>::max() : page_.back().id;
            LODE_TRY_VOID(add_entries(after, until));
            if (page_.empty()) return success();
            if (first_pass()) judge_page();
            after = until;
        }
    }

    // Of transactions after `after` up to `until`.
    Result<void> add_entries(std::int64_t after, std::int64_t until) {
        std::int64_t transaction = after;
        std::int64_t account = std::numeric_limits<std::int64_t>::max();
        for (;;) {
            // First the rest of the transaction that the last page ended in. (One condition for
            // both would keep SQLite from its index.)
            LODE_TRY(auto rows,
                     db_.query("SELECT transaction_id, account_id, amount FROM ledger_entry "
                               "WHERE transaction_id = ? AND account_id > ? "
                               "ORDER BY account_id LIMIT ?",
                               {transaction, account, page_rows}));
            if (rows.empty()) {
                LODE_TRY(rows,
                         db_.query("SELECT transaction_id, account_id, amount FROM ledger_entry "
                                   "WHERE transaction_id > ? AND transaction_id <= ? "
                                   "ORDER BY transaction_id, account_id LIMIT ?",
                                   {transaction, until, page_rows}));
            }
            if (rows.empty()) return success();
            for (const db::Row& row : rows) add_entry(row);
            transaction = rows.back().integer(0);
            account = rows.back().integer(1);
        }
    }

    void add_entry(const db::Row& row) {
        const auto found = std::ranges::lower_bound(page_, row.integer(0), {}, &Row::id);
        if (found == page_.end() || found->id != row.integer(0)) {
            if (first_pass()) {
                complain("an entry of transaction " + std::to_string(row.integer(0)) +
                         ", which is not there");
            }
            return;
        }
        if (!found->ours) return;
        found->sum.amount += row.integer(2);
        ++found->sum.entries;
        const std::int64_t place = row.integer(1) - first_;
        if (place < 0 || place >= static_cast<std::int64_t>(sums_.size())) return;
        Sum& sum = sums_[static_cast<std::size_t>(place)];
        sum.amount += row.integer(2);
        ++sum.entries;
    }

    void judge_page() {
        for (const Row& row : page_) {
            if (!row.ours) continue;
            ++report_.transactions;
            report_.entries += row.sum.entries;
            if (row.sum.entries == 0) complain(row.key + " has no entries");
            if (row.sum.amount != 0) {
                complain(row.key + " adds up to " + std::to_string(row.sum.amount) + ", not to 0");
            }
        }
    }

    // The window's accounts, up to `until`, against the sums of their entries.
    Result<void> compare_balances(std::int64_t until) {
        std::int64_t after = first_ - 1;
        for (;;) {
            LODE_TRY(const auto rows,
                     db_.query("SELECT a.id, a.owner_kind, a.owner_name, a.pot, "
                               "COALESCE(b.amount, 0), COALESCE(b.entries, 0), "
                               "(SELECT COALESCE(SUM(d.amount), 0) FROM ledger_day d "
                               "WHERE d.account_id = a.id), "
                               "(SELECT COALESCE(SUM(d.entries), 0) FROM ledger_day d "
                               "WHERE d.account_id = a.id) "
                               "FROM ledger_account a LEFT JOIN ledger_balance b ON "
                               "b.account_id = a.id WHERE a.id > ? AND a.id <= ? AND a.chain = ? "
                               "ORDER BY a.id LIMIT ?",
                               {after, until, chain_, page_rows}));
            if (rows.empty()) break;
            for (const db::Row& row : rows) compare_balance(row);
            after = rows.back().integer(0);
        }
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            if (sums_[i].entries == 0) continue;
            complain("entries of account " + std::to_string(first_ + static_cast<std::int64_t>(i)) +
                     ", which is none of this chain");
        }
        return success();
    }

    void compare_balance(const db::Row& row) {
        const Sum sum =
            std::exchange(sums_[static_cast<std::size_t>(row.integer(0) - first_)], Sum{});
        const auto kind = owner_kind_from(row.text(1));
        const auto pot = pot_from(row.text(3));
        if (!kind || !pot) return complain("account of unknown kind " + row.text(1) + row.text(3));
        const Account account{{kind.value(), row.text(2)}, pot.value()};
        const std::int64_t kept = row.integer(4);
        if (kept != sum.amount || row.integer(5) != sum.entries) {
            complain(describe(account) + ": kept " + std::to_string(kept) + " of " +
                     std::to_string(row.integer(5)) + " entries, there are " +
                     std::to_string(sum.amount) + " of " + std::to_string(sum.entries));
        }
        if (row.integer(6) != sum.amount || row.integer(7) != sum.entries) {
            complain(describe(account) + ": its days are " + std::to_string(row.integer(6)) +
                     " of " + std::to_string(row.integer(7)) + " entries, there are " +
                     std::to_string(sum.amount) + " of " + std::to_string(sum.entries));
        }
        if (sum.amount < 0 && !may_be_negative(account)) {
            complain(describe(account) + " is below zero: " + std::to_string(sum.amount));
        }
        Satoshi& total = report_.sums[account.pot];
        total = Satoshi(total.value() + sum.amount);
    }

    struct Paid {
        std::string state;
        std::int64_t items = 0;  // what left the balances
        std::int64_t net = 0;    // of it: all but the owners' part of the network's fee
        std::map<std::string, std::int64_t> posted;  // by pot
    };

    Result<void> compare_payments() {
        std::int64_t locked = 0;
        std::int64_t paid = 0;
        std::int64_t after = 0;
        for (;;) {
            LODE_TRY(const auto payments, read_payments(after));
            if (payments.empty()) break;
            for (const auto& [id, payment] : payments) {
                judge_payment(id, payment);
                locked += amount_of(payment, Pot::locked);
                paid += amount_of(payment, Pot::paid);
            }
            after = payments.rbegin()->first;
        }
        compare_total(Pot::locked, locked);
        compare_total(Pot::paid, paid);
        return success();
    }

    static std::int64_t amount_of(const Paid& payment, Pot pot) {
        const auto found = payment.posted.find(std::string(to_string(pot)));
        return found == payment.posted.end() ? 0 : found->second;
    }

    void compare_total(Pot pot, std::int64_t of_payments) {
        const auto sum = report_.sums.find(pot);
        const std::int64_t all = sum == report_.sums.end() ? 0 : sum->second.value();
        if (all == of_payments) return;
        complain(std::string(to_string(pot)) + " is " + std::to_string(all) +
                 " in all, by the payments " + std::to_string(of_payments));
    }

    Result<std::map<std::int64_t, Paid>> read_payments(std::int64_t after) {
        std::map<std::int64_t, Paid> payments;
        LODE_TRY(const auto rows, db_.query("SELECT id, state FROM payment WHERE id > ? "
                                            "AND chain = ? ORDER BY id LIMIT ?",
                                            {after, chain_, payments_a_page}));
        if (rows.empty()) return payments;
        for (const db::Row& row : rows) {
            payments[row.integer(0)] = {row.text(1), 0, 0, {}};
        }
        const std::int64_t last = rows.back().integer(0);
        LODE_TRY(const auto items,
                 db_.query("SELECT payment_id, SUM(amount), SUM(amount - fee) FROM payment_item "
                           "WHERE payment_id > ? AND payment_id <= ? GROUP BY payment_id",
                           {after, last}));
        for (const db::Row& row : items) {
            const auto found = payments.find(row.integer(0));
            if (found == payments.end()) continue;
            found->second.items = row.integer(1);
            found->second.net = row.integer(2);
        }
        LODE_TRY(const auto posted,
                 db_.query("SELECT t.payment_id, a.pot, SUM(e.amount) FROM ledger_transaction t "
                           "JOIN ledger_entry e ON e.transaction_id = t.id "
                           "JOIN ledger_account a ON a.id = e.account_id "
                           "WHERE t.payment_id > ? AND t.payment_id <= ? AND t.chain = ? "
                           "GROUP BY t.payment_id, a.pot",
                           {after, last, chain_}));
        for (const db::Row& row : posted) {
            const auto found = payments.find(row.integer(0));
            if (found != payments.end()) found->second.posted[row.text(1)] = row.integer(2);
        }
        return payments;
    }

    void judge_payment(std::int64_t id, const Paid& payment) {
        const bool settled = payment.state == "settled";
        const bool open = !settled && payment.state != "cancelled";
        const std::int64_t locked = amount_of(payment, Pot::locked);
        const std::int64_t paid = amount_of(payment, Pot::paid);
        if (locked == (open ? payment.items : 0) && paid == (settled ? payment.net : 0)) return;
        complain("payment " + std::to_string(id) + ", " + payment.state + ", of " +
                 std::to_string(payment.items) + ": locked " + std::to_string(locked) + ", paid " +
                 std::to_string(paid));
    }

    db::Connection& db_;
    const std::string& chain_;
    LedgerReport report_;
    std::vector<Row> page_;   // transactions, by id
    std::int64_t first_ = 1;  // account id of sums_[0]
    std::vector<Sum> sums_;
};

}  // namespace

Result<LedgerReport> verify_ledger(db::Connection& connection, const std::string& chain) {
    LedgerReport report;
    LODE_TRY_VOID(connection.snapshot([&]() -> Result<void> {
        LODE_TRY(report, Verification(connection, chain).run());
        return success();
    }));
    return report;
}

}  // namespace lode::payout
