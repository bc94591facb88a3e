// The statements behind a posting: accounts, entries and balances in pages of many rows.
#include "payout/ledger/ledger_repository.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

// Names of one IN: as many rows as an upsert's statement has.
constexpr std::size_t names_a_query = 500;

db::Value value_of(std::string_view text) {
    return std::string(text);
}

// owner_kind, owner_name, pot.
Result<Account> read_account(const db::Row& row, std::size_t first) {
    LODE_TRY(const auto kind, owner_kind_from(row.text(first)));
    LODE_TRY(const auto pot, pot_from(row.text(first + 2)));
    return Account{.owner = {.kind = kind, .name = row.text(first + 1)}, .pot = pot};
}

Result<std::vector<Entry>> read_entries(const std::vector<db::Row>& rows) {
    std::vector<Entry> entries;
    entries.reserve(rows.size());
    for (const db::Row& row : rows) {
        LODE_TRY(auto account, read_account(row, 0));
        entries.push_back({std::move(account), Satoshi(row.integer(3))});
    }
    std::ranges::sort(entries, {}, &Entry::account);
    return entries;
}

}  // namespace

Result<void> LedgerRepository::hold(const Fence& fence, UnixTime now) {
    LODE_TRY(const auto held,
             db_.execute("UPDATE lease SET renewed_unix_ms = CASE WHEN renewed_unix_ms < ? THEN ? "
                         "ELSE renewed_unix_ms END WHERE name = ? AND holder = ? AND fence = ? "
                         "AND released_unix_ms = 0",
                         {to_unix_ms(now), to_unix_ms(now), "payout/" + fence.chain, fence.holder,
                          fence.number}));
    if (held == 1) return success();
    return failure(ErrorCode::conflict, "the lease payout/" + fence.chain + " is not ours");
}

Result<LedgerRepository::Posted> LedgerRepository::post(const Transaction& transaction) {
    LODE_TRY_VOID(check(transaction));
    LODE_TRY(const auto before,
             db_.query("SELECT id FROM ledger_transaction WHERE chain = ? AND entry_key = ?",
                       {chain_, transaction.key}));
    if (!before.empty()) return Posted::already;
    LODE_TRY(const auto ids, ids_of(transaction.entries));
    LODE_TRY(const auto id, write_transaction(transaction));
    db::Upsert entries{.table = "ledger_entry",
                       .columns = {"transaction_id", "account_id", "amount"},
                       .key = {"transaction_id", "account_id"},
                       .add = {},
                       .replace = {},
                       .rows = {}};
    db::Upsert balances{.table = "ledger_balance",
                        .columns = {"account_id", "amount", "entries"},
                        .key = {"account_id"},
                        .add = {"amount", "entries"},
                        .replace = {},
                        .rows = {}};
    db::Upsert days{.table = "ledger_day",
                    .columns = {"account_id", "day_unix_ms", "reason", "amount", "entries"},
                    .key = {"account_id", "day_unix_ms", "reason"},
                    .add = {"amount", "entries"},
                    .replace = {},
                    .rows = {}};
    const std::int64_t day = to_unix_ms(std::chrono::floor<std::chrono::days>(transaction.at));
    const db::Value reason = value_of(to_string(transaction.reason));
    for (auto* const table : {&entries, &balances, &days}) {
        table->rows.reserve(transaction.entries.size());
    }
    for (const Entry& entry : transaction.entries) {
        const std::int64_t account = ids.at(entry.account);
        entries.rows.push_back({id, account, entry.amount.value()});
        balances.rows.push_back({account, entry.amount.value(), std::int64_t{1}});
        days.rows.push_back({account, day, reason, entry.amount.value(), std::int64_t{1}});
    }
    LODE_TRY_VOID(db_.upsert(entries));
    LODE_TRY_VOID(db_.upsert(balances));
    LODE_TRY_VOID(db_.upsert(days));
    LODE_TRY_VOID(refuse_overdraft(id));
    return Posted::now;
}

Result<std::int64_t> LedgerRepository::write_transaction(const Transaction& transaction) {
    db::Value block;
    if (transaction.block) block = to_bytes(transaction.block->view());
    LODE_TRY_VOID(db_.execute(
        "INSERT INTO ledger_transaction (chain, entry_key, reason, at_unix_ms, terms_version, "
        "block_hash, payment_id, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        {chain_, transaction.key, value_of(to_string(transaction.reason)),
         to_unix_ms(transaction.at), transaction.terms_version, block, transaction.payment.value(),
         transaction.note}));
    LODE_TRY(const auto rows,
             db_.query("SELECT id FROM ledger_transaction WHERE chain = ? AND entry_key = ?",
                       {chain_, transaction.key}));
    if (rows.size() == 1) return rows.front().integer(0);
    return failure(ErrorCode::internal, "ledger: a transaction that was written is gone");
}

Result<LedgerRepository::Ids> LedgerRepository::ids_of(const std::vector<Entry>& entries) {
    std::map<std::pair<Owner::Kind, Pot>, Names> groups;
    for (const Entry& entry : entries) {
        groups[{entry.account.owner.kind, entry.account.pot}].push_back(entry.account.owner.name);
    }
    Ids ids;
    for (auto& [key, names] : groups) {
        const Group group{key.first, key.second, std::move(names)};
        LODE_TRY_VOID(find_ids(group, ids));
        Group missing{key.first, key.second, {}};
        db::Upsert made{.table = "ledger_account",
                        .columns = {"chain", "owner_kind", "owner_name", "pot"},
                        .key = {"chain", "owner_kind", "owner_name", "pot"},
                        .add = {},
                        .replace = {},
                        .rows = {}};
        for (const std::string& name : group.names) {
            if (ids.contains({{group.kind, name}, group.pot})) continue;
            missing.names.push_back(name);
            made.rows.push_back(
                {chain_, value_of(to_string(group.kind)), name, value_of(to_string(group.pot))});
        }
        LODE_TRY_VOID(db_.upsert(made));
        LODE_TRY_VOID(find_ids(missing, ids));
    }
    if (ids.size() == entries.size()) return ids;
    return failure(ErrorCode::internal, "ledger: an account that was written is gone");
}

// Adds those that there are.
Result<void> LedgerRepository::find_ids(const Group& group, Ids& ids) {
    for (std::size_t first = 0; first < group.names.size(); first += names_a_query) {
        const std::size_t end = std::min(first + names_a_query, group.names.size());
        std::vector<db::Value> parameters{chain_, value_of(to_string(group.kind)),
                                          value_of(to_string(group.pot))};
        for (std::size_t i = first; i < end; ++i) parameters.emplace_back(group.names[i]);
        LODE_TRY(const auto rows,
                 db_.query("SELECT owner_name, id FROM ledger_account WHERE chain = ? AND "
                           "owner_kind = ? AND pot = ? AND owner_name IN (" +
                               db::marks(end - first) + ")",
                           parameters));
        for (const db::Row& row : rows) {
            ids.emplace(Account{{group.kind, row.text(0)}, group.pot}, row.integer(1));
        }
    }
    return success();
}

// may_be_negative in SQL: over the accounts this transaction touched.
Result<void> LedgerRepository::refuse_overdraft(std::int64_t transaction) {
    LODE_TRY(const auto rows,
             db_.query("SELECT a.owner_kind, a.owner_name, a.pot FROM ledger_entry e "
                       "JOIN ledger_balance b ON b.account_id = e.account_id "
                       "JOIN ledger_account a ON a.id = e.account_id "
                       "WHERE e.transaction_id = ? AND b.amount < 0 AND a.owner_kind <> 'world' "
                       "AND NOT (a.owner_kind = 'reserve' AND a.pot = 'balance') LIMIT 1",
                       {transaction}));
    if (rows.empty()) return success();
    LODE_TRY(const auto account, read_account(rows.front(), 0));
    return failure(ErrorCode::rejected, "ledger: " + describe(account) + " would fall below zero");
}

Result<std::vector<Entry>> LedgerRepository::posted_for(const bitcoin::Hash256& block) {
    // As many rows as accounts that had a part in the block: some 100,000 where a pool is large.
    LODE_TRY(const auto rows,
             db_.query("SELECT a.owner_kind, a.owner_name, a.pot, SUM(e.amount) "
                       "FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id "
                       "JOIN ledger_account a ON a.id = e.account_id "
                       "WHERE t.block_hash = ? AND t.chain = ? "
                       "GROUP BY a.owner_kind, a.owner_name, a.pot HAVING SUM(e.amount) <> 0",
                       {to_bytes(block.view()), chain_}));
    return read_entries(rows);
}

Result<std::vector<LedgerRepository::Line>> LedgerRepository::lines_for(
    const bitcoin::Hash256& block, const Owner& owner) {
    // Two a revision and block at most: a block comes and goes a few times.
    LODE_TRY(
        const auto rows,
        db_.query("SELECT t.entry_key, t.reason, t.at_unix_ms, a.pot, e.amount "
                  "FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id "
                  "JOIN ledger_account a ON a.id = e.account_id WHERE t.block_hash = ? AND "
                  "t.chain = ? AND a.owner_kind = ? AND a.owner_name = ? "
                  "ORDER BY t.id, e.amount",
                  {to_bytes(block.view()), chain_, value_of(to_string(owner.kind)), owner.name}));
    std::vector<Line> lines;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto pot, pot_from(row.text(3)));
        lines.push_back(
            {row.text(0), row.text(1), from_unix_ms(row.integer(2)), pot, Satoshi(row.integer(4))});
    }
    return lines;
}

Result<Satoshi> LedgerRepository::balance(const Account& account) {
    LODE_TRY(const auto rows,
             db_.query("SELECT b.amount FROM ledger_account a "
                       "JOIN ledger_balance b ON b.account_id = a.id "
                       "WHERE a.chain = ? AND a.owner_kind = ? AND a.owner_name = ? AND a.pot = ?",
                       {chain_, value_of(to_string(account.owner.kind)), account.owner.name,
                        value_of(to_string(account.pot))}));
    return rows.empty() ? Satoshi() : Satoshi(rows.front().integer(0));
}

Result<std::vector<Entry>> LedgerRepository::balances(Pot pot, const Page& page) {
    std::vector<Entry> found;
    for (const auto kind : {Owner::Kind::user, Owner::Kind::fee}) {
        if (page.after && page.after->kind > kind) continue;
        if (found.size() >= page.limit) break;
        // No name is empty, so that all stand behind "".
        const bool begun = page.after && page.after->kind == kind;
        LODE_TRY(const auto rows,
                 db_.query("SELECT a.owner_kind, a.owner_name, a.pot, b.amount "
                           "FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id "
                           "WHERE a.chain = ? AND a.owner_kind = ? AND a.owner_name > ? AND "
                           "a.pot = ? AND b.amount >= ? ORDER BY a.owner_name LIMIT ?",
                           {chain_, value_of(to_string(kind)), begun ? page.after->name : "",
                            value_of(to_string(pot)), page.least.value(),
                            static_cast<std::int64_t>(page.limit - found.size())}));
        LODE_TRY(auto entries, read_entries(rows));
        std::ranges::move(entries, std::back_inserter(found));
    }
    return found;
}

}  // namespace lode::payout
