// The statements behind the exports, in pages, and the sums.
#include "payout/book_repository.hpp"

#include <algorithm>
#include <map>

#include "common/bitcoin/hash256.hpp"
#include "common/json/writer.hpp"

namespace lode::payout {
namespace {

// Rows of a page, or accounts of one where each has some rows.
constexpr std::int64_t page_rows = 1'000;
constexpr auto day_length = std::chrono::hours(24);

db::Value hash_text(const db::Row& row, std::size_t column) {
    if (row.is_null(column)) return std::string();
    bitcoin::Hash256 hash;
    const Bytes bytes = row.bytes(column);
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.bytes.size()), hash.bytes.begin());
    return bitcoin::to_display_hex(hash);
}

// The filter's user as parameters of `USER`: no user stands for all.
const std::string user_condition = "(? = '' OR (a.owner_kind = 'user' AND a.owner_name = ?))";

BookSums::Of* part_of(BookSums& sums, const std::string& kind) {
    if (kind == "user") return &sums.users;
    if (kind == "fee") return &sums.fees;
    return kind == "reserve" ? &sums.reserve : nullptr;
}

void add_to(BookSums& sums, const db::Row& row) {
    const std::string& pot = row.text(1);
    const Satoshi amount(row.integer(2));
    if (auto* const part = part_of(sums, row.text(0))) {
        if (pot == "immature") part->immature = amount;
        if (pot == "balance") part->balance = amount;
        if (pot == "locked") part->locked = amount;
        if (pot == "paid") part->paid = amount;
        return;
    }
    if (pot == "network_fee") sums.network_fees = amount;
    // The world's pot is what it gave, and so negative.
    if (pot == "deposited") sums.deposited = Satoshi(-amount.value());
}

}  // namespace

std::vector<std::string_view> columns_of(BookTable table) {
    switch (table) {
        case BookTable::entries:
            return {"transaction", "time",       "reason", "key", "terms_version", "block",
                    "payment",     "owner_kind", "owner",  "pot", "amount",        "note"};
        case BookTable::balances:
            return {"owner_kind", "owner", "pot", "amount"};
        case BookTable::days:
            return {"day", "owner_kind", "owner", "pot", "reason", "terms_version", "amount"};
        case BookTable::payments:
            return {"payment", "state",  "created", "updated", "owner_kind",   "owner",
                    "address", "amount", "fee",     "txid",    "terms_version"};
    }
    return {};
}

Result<void> BookRepository::read(BookTable table, const BookFilter& filter, const BookSink& sink) {
    switch (table) {
        case BookTable::entries:
            return entries(filter, sink);
        case BookTable::balances:
            return balances(filter, sink);
        case BookTable::days:
            return days(filter, sink);
        case BookTable::payments:
            return payments(filter, sink);
    }
    return failure(ErrorCode::internal, "a table without its case");
}

Result<void> BookRepository::entries(const BookFilter& filter, const BookSink& sink) {
    const std::string user = filter.user.value_or("");
    std::int64_t transaction = 0;
    std::int64_t account = 0;
    while (true) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT t.id, t.at_unix_ms, t.reason, t.entry_key, t.terms_version, "
                           "t.block_hash, t.payment_id, a.owner_kind, a.owner_name, a.pot, "
                           "e.amount, t.note, a.id FROM ledger_transaction t "
                           "JOIN ledger_entry e ON e.transaction_id = t.id "
                           "JOIN ledger_account a ON a.id = e.account_id "
                           "WHERE t.chain = ? AND t.at_unix_ms >= ? AND t.at_unix_ms < ? AND "
                           "(t.id > ? OR (t.id = ? AND a.id > ?)) AND " +
                               user_condition + " ORDER BY t.id, a.id LIMIT ?",
                           {chain_, to_unix_ms(filter.from), to_unix_ms(filter.to), transaction,
                            transaction, account, user, user, page_rows}));
        for (const db::Row& row : rows) {
            sink({row.integer(0), row.integer(1), row.text(2), row.text(3), row.integer(4),
                  hash_text(row, 5), row.integer(6), row.text(7), row.text(8), row.text(9),
                  row.integer(10), row.text(11)});
        }
        if (rows.empty()) return success();
        transaction = rows.back().integer(0);
        account = rows.back().integer(12);
    }
}

Result<void> BookRepository::balances(const BookFilter& filter, const BookSink& sink) {
    const std::string user = filter.user.value_or("");
    std::int64_t account = 0;
    while (true) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT a.owner_kind, a.owner_name, a.pot, b.amount, a.id "
                           "FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id "
                           "WHERE a.chain = ? AND a.id > ? AND " +
                               user_condition + " ORDER BY a.id LIMIT ?",
                           {chain_, account, user, user, page_rows}));
        for (const db::Row& row : rows) {
            sink({row.text(0), row.text(1), row.text(2), row.integer(3)});
        }
        if (rows.empty()) return success();
        account = rows.back().integer(4);
    }
}

Result<void> BookRepository::days(const BookFilter& filter, const BookSink& sink) {
    const std::string user = filter.user.value_or("");
    LODE_TRY(const auto bounds,
             db_.query("SELECT MIN(at_unix_ms), MAX(at_unix_ms) FROM ledger_transaction "
                       "WHERE chain = ? AND at_unix_ms >= ? AND at_unix_ms < ?",
                       {chain_, to_unix_ms(filter.from), to_unix_ms(filter.to)}));
    if (bounds.front().is_null(0)) return success();
    LODE_TRY(const auto highest, db_.query("SELECT MAX(id) FROM ledger_account", {}));
    const std::int64_t accounts = highest.front().integer(0);
    const auto last = from_unix_ms(bounds.front().integer(1));
    for (UnixTime day =
             std::chrono::floor<std::chrono::days>(from_unix_ms(bounds.front().integer(0)));
         day <= last; day += day_length) {
        for (std::int64_t account = 0; account < accounts; account += page_rows) {
            LODE_TRY(const auto rows,
                     db_.query("SELECT a.owner_kind, a.owner_name, a.pot, t.reason, "
                               "t.terms_version, SUM(e.amount) FROM ledger_transaction t "
                               "JOIN ledger_entry e ON e.transaction_id = t.id "
                               "JOIN ledger_account a ON a.id = e.account_id "
                               "WHERE t.chain = ? AND t.at_unix_ms >= ? AND t.at_unix_ms < ? "
                               "AND a.id > ? AND a.id <= ? AND " +
                                   user_condition +
                                   " GROUP BY a.id, a.owner_kind, a.owner_name, a.pot, t.reason, "
                                   "t.terms_version ORDER BY a.id, t.reason, t.terms_version",
                               {chain_, to_unix_ms(day), to_unix_ms(day + day_length), account,
                                account + page_rows, user, user}));
            for (const db::Row& row : rows) {
                sink({utc_day(day), row.text(0), row.text(1), row.text(2), row.text(3),
                      row.integer(4), row.integer(5)});
            }
        }
    }
    return success();
}

// txid: of the version that confirmed, which its settling noted; else of the newest.
Result<void> BookRepository::payments(const BookFilter& filter, const BookSink& sink) {
    const std::string user = filter.user.value_or("");
    std::int64_t payment = 0;
    std::int64_t place = -1;
    while (true) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT p.id, p.state, p.created_unix_ms, p.updated_unix_ms, "
                           "a.owner_kind, a.owner_name, a.address, a.amount, a.fee, "
                           "(SELECT v.txid FROM payment_version v WHERE v.payment_id = p.id "
                           "ORDER BY v.version DESC LIMIT 1), "
                           "(SELECT MAX(t.note) FROM ledger_transaction t "
                           "WHERE t.payment_id = p.id AND t.reason = 'settle'), "
                           "(SELECT MAX(t.terms_version) FROM ledger_transaction t "
                           "WHERE t.payment_id = p.id), a.place FROM payment p "
                           "JOIN payment_item a ON a.payment_id = p.id "
                           "WHERE p.chain = ? AND p.created_unix_ms >= ? AND "
                           "p.created_unix_ms < ? AND (p.id > ? OR (p.id = ? AND a.place > ?)) "
                           "AND " +
                               user_condition + " ORDER BY p.id, a.place LIMIT ?",
                           {chain_, to_unix_ms(filter.from), to_unix_ms(filter.to), payment,
                            payment, place, user, user, page_rows}));
        for (const db::Row& row : rows) {
            sink({row.integer(0), row.text(1), row.integer(2), row.integer(3), row.text(4),
                  row.text(5), row.text(6), row.integer(7), row.integer(8),
                  row.is_null(10) ? hash_text(row, 9) : db::Value(row.text(10)),
                  row.is_null(11) ? std::int64_t{0} : row.integer(11)});
        }
        if (rows.empty()) return success();
        payment = rows.back().integer(0);
        place = rows.back().integer(12);
    }
}

Result<BookSums> BookRepository::sums() {
    LODE_TRY(const auto rows,
             db_.query("SELECT a.owner_kind, a.pot, SUM(b.amount) FROM ledger_account a "
                       "JOIN ledger_balance b ON b.account_id = a.id WHERE a.chain = ? "
                       "GROUP BY a.owner_kind, a.pot",
                       {chain_}));
    BookSums sums;
    for (const db::Row& row : rows) add_to(sums, row);
    return sums;
}

Result<Satoshi> BookRepository::newest_reward() {
    LODE_TRY(
        const auto rows,
        db_.query("SELECT reward FROM block WHERE chain = ? ORDER BY id DESC LIMIT 1", {chain_}));
    return rows.empty() ? Satoshi(0) : Satoshi(rows.front().integer(0));
}

// Day by day, so that no statement takes long.
Result<std::string> BookRepository::close_month(const MonthClose& close) {
    if (close.at < close.end) return failure(ErrorCode::rejected, close.month + " is not over");
    LODE_TRY(const auto before, db_.query("SELECT sums FROM month_close WHERE chain = ? AND "
                                          "month = ?",
                                          {chain_, close.month}));
    if (!before.empty()) {
        return failure(ErrorCode::rejected, close.month + " was closed: " + before.front().text(0));
    }
    const BookFilter all{.from = {}, .to = close.end};
    std::map<std::string, std::map<std::string, std::int64_t>> sums;
    std::int64_t last = 0;
    LODE_TRY_VOID(db_.snapshot([&]() -> Result<void> {
        LODE_TRY_VOID(days(all, [&](const BookRow& row) {
            sums[std::get<std::string>(row[1])][std::get<std::string>(row[3])] +=
                std::get<std::int64_t>(row[6]);
        }));
        LODE_TRY(const auto rows,
                 db_.query("SELECT MAX(id) FROM ledger_transaction WHERE chain = ? AND "
                           "at_unix_ms < ?",
                           {chain_, to_unix_ms(close.end)}));
        last = rows.front().is_null(0) ? 0 : rows.front().integer(0);
        return success();
    }));
    json::Writer writer;
    writer.object();
    for (const auto& [kind, pots] : sums) {
        writer.key(kind).object();
        for (const auto& [pot, amount] : pots) writer.field(pot, amount);
        writer.end();
    }
    const std::string text = writer.end().take();
    LODE_TRY_VOID(db_.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(db_.execute(
            "INSERT INTO month_close (chain, month, last_transaction, sums, closed_unix_ms) "
            "VALUES (?, ?, ?, ?, ?)",
            {chain_, close.month, last, text, to_unix_ms(close.at)}));
        LODE_TRY_VOID(db_.execute(
            "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
            {to_unix_ms(close.at), close.who, std::string("month closed"), close.month}));
        return success();
    }));
    return text;
}

}  // namespace lode::payout
