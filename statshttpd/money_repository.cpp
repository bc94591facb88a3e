// A user's rows are found by his accounts, one range of an index each, and merged here: no engine
// merges ranges in order.
#include "statshttpd/money_repository.hpp"

#include <algorithm>

namespace lode::statshttpd {
namespace {

constexpr std::string_view credit_reasons = "('credit', 'adjustment', 'orphan', 'pps')";
// What only moves between a user's pots is no earning.
constexpr std::string_view day_reasons =
    "('credit', 'adjustment', 'orphan', 'pps', 'maturity', 'settle')";
// Versions of the terms change by the day.
constexpr std::int64_t terms_max = 1'000;

std::int64_t signed_of(std::size_t number) {
    return static_cast<std::int64_t>(number);
}

Satoshi& operator+=(Satoshi& sum, std::int64_t amount) {
    return sum = Satoshi(sum.value() + amount);
}

Result<std::optional<bitcoin::Hash256>> hash_of(const db::Row& row, std::size_t column) {
    std::optional<bitcoin::Hash256> hash;
    if (row.is_null(column)) return hash;
    LODE_TRY(hash, bitcoin::hash256_from_bytes(row.bytes(column)));
    return hash;
}

std::vector<db::Value> ids_of(const std::map<std::string, std::int64_t>& accounts) {
    std::vector<db::Value> ids;
    for (const auto& [pot, id] : accounts) ids.emplace_back(id);
    return ids;
}

void add_to(EarningDay& day, const db::Row& row) {
    const std::string& reason = row.text(2);
    const std::string& pot = row.text(1);
    const std::int64_t amount = row.integer(3);
    if (reason == "credit" || reason == "adjustment") day.credited += amount;
    if (reason == "maturity" && pot == "balance") day.matured += amount;
    if (reason == "pps") day.pps += amount;
    if (reason == "orphan") day.orphaned += -amount;
    if (reason == "settle") {
        if (pot == "paid") day.paid += amount;
        // What leaves is more than what comes in where he bears his part of the fee.
        day.network_fees += -amount;
    }
}

}  // namespace

Result<TermsVersions> MoneyRepository::terms() {
    LODE_TRY(const auto rows,
             db_.query("SELECT version, effective_unix_ms, base_scheme, pplns_window, "
                       "dgm_cross_ppm, dgm_keep_ppm, base_fee_ppm, pps_fee_ppm, fpps_fee_ppm, "
                       "finder_bonus_ppm, notice FROM terms WHERE chain = ? "
                       "ORDER BY version DESC LIMIT ?",
                       {chain_, terms_max}));
    TermsVersions versions;
    std::map<std::int64_t, std::size_t> places;
    for (const db::Row& row : rows) {
        places[row.integer(0)] = versions.size();
        versions.push_back({.version = row.integer(0),
                            .effective = from_unix_ms(row.integer(1)),
                            .base_scheme = row.text(2),
                            .pplns_window = row.integer(3),
                            .dgm_cross_ppm = row.integer(4),
                            .dgm_keep_ppm = row.integer(5),
                            .base_fee_ppm = row.integer(6),
                            .pps_fee_ppm = row.integer(7),
                            .fpps_fee_ppm = row.integer(8),
                            .finder_bonus_ppm = row.integer(9),
                            .notice = row.text(10)});
    }
    LODE_TRY(const auto recipients,
             db_.query("SELECT version, name, share_ppm FROM terms_recipient WHERE chain = ? "
                       "ORDER BY version, place",
                       {chain_}));
    for (const db::Row& row : recipients) {
        const auto place = places.find(row.integer(0));
        if (place == places.end()) continue;
        versions[place->second].recipients.push_back({row.text(1), row.integer(2)});
    }
    return versions;
}

Result<std::optional<Satoshi>> MoneyRepository::minimum() {
    LODE_TRY(const auto rows,
             db_.query("SELECT minimum FROM payout_preview WHERE chain = ?", {chain_}));
    std::optional<Satoshi> minimum;
    if (!rows.empty()) minimum = Satoshi(rows.front().integer(0));
    return minimum;
}

// ---- payments ------------------------------------------------------------------------------

Result<std::map<std::int64_t, MoneyRepository::Sent>> MoneyRepository::sent(
    const std::vector<db::Value>& payments) {
    std::map<std::int64_t, Sent> sent;
    if (payments.empty()) return sent;
    const std::string marks = "(" + db::marks(payments.size()) + ")";
    // The transaction that settles a payment notes which of its versions confirmed.
    LODE_TRY(const auto settled,
             db_.query("SELECT payment_id, note FROM ledger_transaction WHERE reason = 'settle' "
                       "AND payment_id IN " +
                           marks,
                       payments));
    std::map<std::int64_t, std::string> confirmed;
    for (const db::Row& row : settled) confirmed[row.integer(0)] = row.text(1);
    LODE_TRY(const auto versions,
             db_.query("SELECT payment_id, txid, fee FROM payment_version WHERE payment_id IN " +
                           marks + " ORDER BY payment_id, version",
                       payments));
    for (const db::Row& row : versions) {
        const std::int64_t id = row.integer(0);
        LODE_TRY(const auto txid, bitcoin::hash256_from_bytes(row.bytes(1)));
        const auto known = sent.find(id);
        const auto wanted = confirmed.find(id);
        if (known != sent.end() && wanted != confirmed.end() &&
            bitcoin::to_display_hex(known->second.txid) == wanted->second) {
            continue;
        }
        sent[id] = {txid, Satoshi(row.integer(2))};
    }
    return sent;
}

Result<PaymentsPage> MoneyRepository::payments(const PaymentsQuery& query) {
    std::string condition = "WHERE chain = ?";
    std::vector<db::Value> parameters{chain_};
    if (query.state) {
        condition += " AND state = ?";
        parameters.emplace_back(*query.state);
    }
    LODE_TRY(const auto total, db_.query("SELECT COUNT(*) FROM payment " + condition, parameters));
    PaymentsPage page{.total = total.front().integer(0), .rows = {}};
    parameters.emplace_back(signed_of(query.page.limit));
    parameters.emplace_back(signed_of(query.page.offset));
    LODE_TRY(const auto rows,
             db_.query("SELECT p.id, p.state, p.fee, p.created_unix_ms, p.updated_unix_ms, "
                       "(SELECT COALESCE(SUM(i.amount), 0) FROM payment_item i "
                       "WHERE i.payment_id = p.id), "
                       "(SELECT COUNT(*) FROM payment_item i WHERE i.payment_id = p.id) "
                       "FROM (SELECT * FROM payment " +
                           condition + " ORDER BY id DESC LIMIT ? OFFSET ?) p ORDER BY p.id DESC",
                       parameters));
    std::vector<db::Value> ids;
    for (const db::Row& row : rows) ids.emplace_back(row.integer(0));
    LODE_TRY(const auto sent_as, sent(ids));
    for (const db::Row& row : rows) {
        PaymentRow payment{.id = row.integer(0),
                           .state = row.text(1),
                           .amount = Satoshi(row.integer(5)),
                           .fee = Satoshi(row.integer(2)),
                           .recipients = row.integer(6),
                           .created = from_unix_ms(row.integer(3)),
                           .updated = from_unix_ms(row.integer(4))};
        if (const auto found = sent_as.find(payment.id); found != sent_as.end()) {
            payment.txid = found->second.txid;
            payment.fee = found->second.fee;
        }
        page.rows.push_back(std::move(payment));
    }
    return page;
}

Result<UserPaymentsPage> MoneyRepository::payments_of(const std::string& user, const Page& page) {
    LODE_TRY_VOID(accounts(user));
    LODE_TRY(const auto total,
             db_.query("SELECT COUNT(*) FROM payment_item i JOIN payment p ON p.id = i.payment_id "
                       "WHERE i.owner_kind = 'user' AND i.owner_name = ? AND p.chain = ?",
                       {user, chain_}));
    UserPaymentsPage found{.total = total.front().integer(0), .rows = {}};
    LODE_TRY(const auto rows,
             db_.query("SELECT p.id, p.state, i.address, i.amount, i.fee, p.created_unix_ms "
                       "FROM payment_item i JOIN payment p ON p.id = i.payment_id "
                       "WHERE i.owner_kind = 'user' AND i.owner_name = ? AND p.chain = ? "
                       "ORDER BY i.payment_id DESC LIMIT ? OFFSET ?",
                       {user, chain_, signed_of(page.limit), signed_of(page.offset)}));
    std::vector<db::Value> ids;
    for (const db::Row& row : rows) ids.emplace_back(row.integer(0));
    LODE_TRY(const auto sent_as, sent(ids));
    for (const db::Row& row : rows) {
        UserPaymentRow payment{.payment = {.id = row.integer(0),
                                           .state = row.text(1),
                                           .created = from_unix_ms(row.integer(5))},
                               .address = row.text(2),
                               .amount = Satoshi(row.integer(3)),
                               .fee = Satoshi(row.integer(4))};
        const auto as = sent_as.find(payment.payment.id);
        if (as != sent_as.end()) payment.payment.txid = as->second.txid;
        found.rows.push_back(std::move(payment));
    }
    return found;
}

// ---- a user's part of the ledger -----------------------------------------------------------

Result<MoneyRepository::Accounts> MoneyRepository::accounts(const std::string& user) {
    LODE_TRY(const auto known, db_.query("SELECT id FROM user WHERE name = ?", {user}));
    if (known.empty()) return failure(ErrorCode::rejected, "there is no such user");
    LODE_TRY(const auto rows, db_.query("SELECT pot, id FROM ledger_account WHERE chain = ? AND "
                                        "owner_kind = 'user' AND owner_name = ?",
                                        {chain_, user}));
    Accounts accounts;
    for (const db::Row& row : rows) accounts[row.text(0)] = row.integer(1);
    return accounts;
}

Result<Balance> MoneyRepository::balance(const std::string& user, UnixTime now) {
    LODE_TRY_VOID(accounts(user));
    Balance balance;
    LODE_TRY(const auto pots, db_.query("SELECT a.pot, b.amount FROM ledger_account a "
                                        "JOIN ledger_balance b ON b.account_id = a.id "
                                        "WHERE a.chain = ? AND a.owner_kind = 'user' AND "
                                        "a.owner_name = ?",
                                        {chain_, user}));
    for (const db::Row& row : pots) {
        const std::string& pot = row.text(0);
        const Satoshi amount(row.integer(1));
        if (pot == "immature") balance.immature = amount;
        if (pot == "balance") balance.balance = amount;
        if (pot == "locked") balance.locked = amount;
        if (pot == "paid") balance.paid = amount;
    }
    LODE_TRY(balance.minimum, minimum());
    LODE_TRY(const auto own,
             db_.query("SELECT minimum, frozen, held_until_unix_ms FROM payout_setting WHERE "
                       "chain = ? AND owner_kind = 'user' AND owner_name = ?",
                       {chain_, user}));
    if (own.empty()) return balance;
    const Satoshi minimum(own.front().integer(0));
    if (minimum > balance.minimum.value_or(Satoshi(0))) balance.minimum = minimum;
    balance.frozen = !own.front().text(1).empty();
    const UnixTime held = from_unix_ms(own.front().integer(2));
    if (held > now) balance.held_until = held;
    return balance;
}

Result<EarningDays> MoneyRepository::earnings(const std::string& user, const Page& page) {
    LODE_TRY(const auto pots, accounts(user));
    EarningDays days;
    if (pots.empty()) return days;
    const auto ids = ids_of(pots);
    const std::string of_user =
        "account_id IN (" + db::marks(ids.size()) + ") AND reason IN " + std::string(day_reasons);
    LODE_TRY(const auto total,
             db_.query("SELECT COUNT(DISTINCT day_unix_ms) FROM ledger_day WHERE " + of_user, ids));
    days.total = total.front().integer(0);
    auto parameters = ids;
    parameters.emplace_back(signed_of(page.limit));
    parameters.emplace_back(signed_of(page.offset));
    LODE_TRY(const auto shown,
             db_.query("SELECT DISTINCT day_unix_ms FROM ledger_day WHERE " + of_user +
                           " ORDER BY day_unix_ms DESC LIMIT ? "
                           "OFFSET ?",
                       parameters));
    if (shown.empty()) return days;
    parameters = ids;
    parameters.emplace_back(shown.back().integer(0));
    parameters.emplace_back(shown.front().integer(0));
    LODE_TRY(const auto rows,
             db_.query("SELECT d.day_unix_ms, a.pot, d.reason, d.amount FROM ledger_day d "
                       "JOIN ledger_account a ON a.id = d.account_id WHERE d." +
                           of_user +
                           " AND day_unix_ms >= ? AND day_unix_ms <= ? "
                           "ORDER BY day_unix_ms DESC",
                       parameters));
    for (const db::Row& row : rows) {
        const UnixTime day = from_unix_ms(row.integer(0));
        if (days.rows.empty() || days.rows.back().day != day) days.rows.push_back({.day = day});
        add_to(days.rows.back(), row);
    }
    return days;
}

Result<std::vector<BookLine>> MoneyRepository::entries(const Accounts& accounts,
                                                       const Entries& wanted) {
    std::vector<BookLine> lines;
    for (const auto& [pot, id] : accounts) {
        std::vector<db::Value> parameters{id};
        parameters.insert(parameters.end(), wanted.parameters.begin(), wanted.parameters.end());
        parameters.emplace_back(signed_of(wanted.limit));
        LODE_TRY(const auto rows,
                 db_.query("SELECT t.id, t.at_unix_ms, t.reason, e.amount, t.block_hash, "
                           "t.payment_id, t.terms_version, t.note FROM ledger_entry e "
                           "JOIN ledger_transaction t ON t.id = e.transaction_id "
                           "WHERE e.account_id = ? AND " +
                               std::string(wanted.condition) + " ORDER BY e.transaction_id " +
                               std::string(wanted.order) + " LIMIT ?",
                           parameters));
        for (const db::Row& row : rows) {
            LODE_TRY(const auto block, hash_of(row, 4));
            lines.push_back({.transaction = row.integer(0),
                             .at = from_unix_ms(row.integer(1)),
                             .reason = row.text(2),
                             .pot = pot,
                             .amount = Satoshi(row.integer(3)),
                             .block = block,
                             .payment = row.integer(5),
                             .terms_version = row.integer(6),
                             .note = row.text(7)});
        }
    }
    if (wanted.order == "ASC") {
        std::ranges::stable_sort(lines, {}, &BookLine::transaction);
    } else {
        std::ranges::stable_sort(lines, std::ranges::greater(), &BookLine::transaction);
    }
    return lines;
}

Result<std::map<bitcoin::Hash256, std::int64_t>> MoneyRepository::heights(
    const std::vector<BookLine>& lines) {
    std::map<bitcoin::Hash256, std::int64_t> heights;
    for (const BookLine& line : lines) {
        if (line.block) heights[*line.block] = 0;
    }
    if (heights.empty()) return heights;
    std::vector<db::Value> hashes;
    for (const auto& [hash, height] : heights) hashes.emplace_back(to_bytes(hash.view()));
    LODE_TRY(const auto rows,
             db_.query("SELECT block_hash, height FROM block WHERE block_hash IN (" +
                           db::marks(hashes.size()) + ")",
                       hashes));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(row.bytes(0)));
        heights[hash] = row.integer(1);
    }
    return heights;
}

Result<CreditsPage> MoneyRepository::credits(const std::string& user, const CreditsQuery& query) {
    LODE_TRY(auto pots, accounts(user));
    CreditsPage page;
    if (pots.empty()) return page;
    // Accounts without such a line, as the balance of who is not paid per share, would be read
    // from end to end.
    LODE_TRY(const auto counts,
             db_.query("SELECT account_id, SUM(entries) FROM ledger_day WHERE account_id IN (" +
                           db::marks(pots.size()) + ") AND reason IN " +
                           std::string(credit_reasons) + " GROUP BY account_id",
                       ids_of(pots)));
    std::erase_if(pots, [&counts](const auto& account) {
        return std::ranges::none_of(
            counts, [&](const db::Row& row) { return row.integer(0) == account.second; });
    });
    for (const db::Row& row : counts) page.total += row.integer(1);
    const std::string condition =
        "e.transaction_id < ? AND t.reason IN " + std::string(credit_reasons);
    const std::size_t end = query.page.offset + query.page.limit;
    LODE_TRY(auto lines, entries(pots, {.condition = condition,
                                        .parameters = {query.before.value_or(INT64_MAX)},
                                        .order = "DESC",
                                        .limit = end}));
    lines.resize(std::min(lines.size(), end));
    lines.erase(lines.begin(),
                lines.begin() + signed_of(std::min(lines.size(), query.page.offset)));
    LODE_TRY(const auto height_of, heights(lines));
    for (BookLine& line : lines) {
        CreditRow row{.id = line.transaction,
                      .at = line.at,
                      .reason = std::move(line.reason),
                      .block = line.block,
                      .amount = line.amount,
                      .terms_version = line.terms_version};
        if (row.block) row.height = height_of.at(*row.block);
        page.rows.push_back(std::move(row));
    }
    return page;
}

Result<BookLines> MoneyRepository::books(const std::string& user, const BooksQuery& query) {
    LODE_TRY(const auto pots, accounts(user));
    LODE_TRY(
        auto rows,
        entries(pots, {.condition = "e.transaction_id > ? AND t.at_unix_ms >= ? AND "
                                    "t.at_unix_ms < ?",
                       .parameters = {query.after, to_unix_ms(query.from), to_unix_ms(query.to)},
                       .order = "ASC",
                       .limit = BooksQuery::lines_max + 1}));
    BookLines lines{.rows = std::move(rows)};
    if (lines.rows.size() <= BooksQuery::lines_max) return lines;
    // Transactions are told whole: a user has four lines of one at most.
    const std::int64_t cut = lines.rows[BooksQuery::lines_max].transaction;
    std::erase_if(lines.rows, [cut](const BookLine& line) { return line.transaction >= cut; });
    lines.next_after = lines.rows.back().transaction;
    return lines;
}

}  // namespace lode::statshttpd
