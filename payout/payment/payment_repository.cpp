// The statements behind payments. The lease is held first, so that one process changes them at a
// time.
#include "payout/payment/payment_repository.hpp"

#include <algorithm>

#include "payout/payment/postings.hpp"

namespace lode::payout {
namespace {

// Open payments are tens, of at most some hundred coins each.
constexpr std::int64_t coins_max = 100'000;
constexpr std::int64_t payments_max = 1'000;
constexpr std::string_view open_states = "('locked', 'signed', 'sent')";

db::Value value_of(std::string_view text) {
    return std::string(text);
}
db::Value value_of(const bitcoin::Hash256& hash) {
    return to_bytes(hash.view());
}

Result<bitcoin::OutPoint> read_coin(const db::Row& row, std::size_t first) {
    LODE_TRY(const auto txid, bitcoin::hash256_from_bytes(row.bytes(first)));
    return bitcoin::OutPoint{txid, static_cast<std::uint32_t>(row.integer(first + 1))};
}

db::Upsert input_rows(PaymentId id, std::int64_t version, const std::vector<PaymentInput>& inputs) {
    db::Upsert rows{.table = "payment_input",
                    .columns = {"payment_id", "version", "txid", "vout", "amount"},
                    .key = {"payment_id", "txid", "vout"},
                    .add = {},
                    .replace = {},
                    .rows = {}};
    for (const PaymentInput& input : inputs) {
        rows.rows.push_back({id.value(), version, value_of(input.coin.txid),
                             std::int64_t{input.coin.index}, input.amount.value()});
    }
    return rows;
}

db::Upsert item_rows(PaymentId id, const std::vector<PaymentItem>& items) {
    db::Upsert rows{
        .table = "payment_item",
        .columns = {"payment_id", "place", "owner_kind", "owner_name", "address", "amount", "fee"},
        .key = {"payment_id", "place"},
        .add = {},
        .replace = {},
        .rows = {}};
    std::int64_t place = 0;
    for (const PaymentItem& item : items) {
        rows.rows.push_back({id.value(), place++, value_of(to_string(item.owner.kind)),
                             item.owner.name, item.address, item.amount.value(), item.fee.value()});
    }
    return rows;
}

}  // namespace

PaymentRepository::PaymentRepository(db::Connection& connection, Options options)
    : db_(connection), options_(std::move(options)), ledger_(connection, options_.fence.chain) {}

Result<void> PaymentRepository::under_lease(UnixTime now,
                                            const std::function<Result<void>()>& body) {
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ledger_.hold(options_.fence, now));
        return body();
    });
}

// Open payments that spend some of the coins.
Result<std::vector<PaymentId>> PaymentRepository::spenders(
    const std::vector<PaymentInput>& inputs) {
    LODE_TRY(const auto rows,
             db_.query("SELECT p.id, i.txid, i.vout FROM payment p JOIN payment_input i ON "
                       "i.payment_id = p.id WHERE p.chain = ? AND p.state IN " +
                           std::string(open_states) + " ORDER BY p.id LIMIT ?",
                       {options_.fence.chain, coins_max}));
    std::vector<PaymentId> found;
    for (const db::Row& row : rows) {
        LODE_TRY(const auto coin, read_coin(row, 1));
        const PaymentId id(row.integer(0));
        if (std::ranges::find(inputs, coin, &PaymentInput::coin) == inputs.end()) continue;
        if (found.empty() || found.back() != id) found.push_back(id);
    }
    return found;
}

Result<std::optional<PaymentId>> PaymentRepository::lock(const PaymentDraft& draft, UnixTime now) {
    std::optional<PaymentId> id;
    LODE_TRY_VOID(under_lease(now, [&]() -> Result<void> {
        LODE_TRY(const auto rivals, spenders(draft.inputs));
        if (!rivals.empty()) {
            LODE_TRY(const auto before, find(rivals.front()));
            // The answer to a commit was lost, and this is the second time.
            if (before && before->draft.inputs == draft.inputs && before->created == now) {
                id = before->id;
            }
            return success();
        }
        LODE_TRY(id, insert(draft, now));
        Payment payment{.id = *id, .draft = draft};
        LODE_TRY_VOID(ledger_.post(lock_posting(payment, now)));
        return success();
    }));
    return id;
}

Result<PaymentId> PaymentRepository::insert(const PaymentDraft& draft, UnixTime now) {
    const std::string& chain = options_.fence.chain;
    LODE_TRY_VOID(
        db_.execute("INSERT INTO payment (chain, state, fee_payer, change_address, fee, height, "
                    "created_unix_ms, updated_unix_ms) VALUES (?, 'locked', ?, ?, ?, ?, ?, ?)",
                    {chain, value_of(to_string(draft.fee_payer)), draft.change_address,
                     draft.fee.value(), draft.height, to_unix_ms(now), to_unix_ms(now)}));
    // Nobody else inserts for this chain: the lease's row is locked.
    LODE_TRY(const auto rows, db_.query("SELECT MAX(id) FROM payment WHERE chain = ?", {chain}));
    const PaymentId id(rows.front().integer(0));
    LODE_TRY_VOID(db_.upsert(item_rows(id, draft.items)));
    LODE_TRY_VOID(db_.upsert(input_rows(id, 1, draft.inputs)));
    return id;
}

Result<bool> PaymentRepository::is_of_another(PaymentId id, const bitcoin::Hash256& txid) {
    LODE_TRY(const auto rows,
             db_.query("SELECT v.payment_id FROM payment_version v JOIN payment p ON "
                       "p.id = v.payment_id WHERE p.chain = ? AND v.txid = ? AND p.id <> ? LIMIT 1",
                       {options_.fence.chain, value_of(txid), id.value()}));
    return !rows.empty();
}

Result<Kept> PaymentRepository::add_version(PaymentId id, const PaymentVersion& version,
                                            const std::vector<PaymentInput>& more_inputs) {
    Kept kept = Kept::closed;
    LODE_TRY_VOID(under_lease(version.stored, [&]() -> Result<void> {
        LODE_TRY(const auto payment, find(id));
        if (!payment || !is_open(payment->state)) return success();
        kept = Kept::stored;
        const auto& versions = payment->versions;
        if (std::ranges::find(versions, version.txid, &PaymentVersion::txid) != versions.end()) {
            return success();
        }
        LODE_TRY(const auto elsewhere, is_of_another(id, version.txid));
        LODE_TRY(const auto rivals, spenders(more_inputs));
        if (elsewhere || !rivals.empty()) {
            kept = elsewhere ? Kept::of_another : Kept::coins_taken;
            return success();
        }
        const auto number = static_cast<std::int64_t>(versions.size()) + 1;
        LODE_TRY_VOID(db_.execute(
            "INSERT INTO payment_version (payment_id, version, txid, raw, fee, stored_unix_ms) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            {id.value(), number, value_of(version.txid), version.raw, version.fee.value(),
             to_unix_ms(version.stored)}));
        LODE_TRY_VOID(db_.upsert(input_rows(id, number, more_inputs)));
        LODE_TRY_VOID(db_.execute(
            "UPDATE payment SET state = 'signed', updated_unix_ms = ? WHERE id = ? AND state = "
            "'locked'",
            {to_unix_ms(version.stored), id.value()}));
        return success();
    }));
    return kept;
}

Result<void> PaymentRepository::mark_sent(PaymentId id, UnixTime now) {
    return under_lease(now, [&]() -> Result<void> {
        LODE_TRY_VOID(
            db_.execute("UPDATE payment SET state = 'sent', updated_unix_ms = ? "
                        "WHERE id = ? AND state = 'signed'",
                        {to_unix_ms(now), id.value()}));
        return success();
    });
}

// Whether the payment was open until now; rejected when it has ended otherwise.
Result<bool> PaymentRepository::close(PaymentId id, PaymentState state, UnixTime now) {
    LODE_TRY(const auto changed,
             db_.execute("UPDATE payment SET state = ?, updated_unix_ms = ? WHERE id = ? AND "
                         "state IN " +
                             std::string(open_states),
                         {value_of(to_string(state)), to_unix_ms(now), id.value()}));
    if (changed == 1) return true;
    LODE_TRY(const auto rows, db_.query("SELECT state FROM payment WHERE id = ?", {id.value()}));
    if (!rows.empty() && rows.front().text(0) == to_string(state)) return false;
    return failure(ErrorCode::rejected, "payment " + std::to_string(id.value()) + " is not open");
}

Result<void> PaymentRepository::settle(const Payment& payment, const bitcoin::Hash256& confirmed,
                                       UnixTime now) {
    const auto version = std::ranges::find(payment.versions, confirmed, &PaymentVersion::txid);
    if (version == payment.versions.end()) {
        return failure(ErrorCode::internal, "a payment is settled by no version of it");
    }
    return under_lease(now, [&]() -> Result<void> {
        LODE_TRY(const auto open, close(payment.id, PaymentState::settled, now));
        if (!open) return success();
        LODE_TRY(auto bearer, bearer_of(pool_part(payment.draft, version->fee)));
        LODE_TRY_VOID(ledger_.post(settle_posting(payment,
                                                  {.fee = version->fee,
                                                   .bearer = std::move(bearer),
                                                   .note = bitcoin::to_display_hex(confirmed)},
                                                  now)));
        return success();
    });
}

Result<Owner> PaymentRepository::bearer_of(Satoshi part) {
    Owner reserve{Owner::Kind::reserve, ""};
    if (options_.fee_purse.empty()) return reserve;
    Owner purse{Owner::Kind::fee, options_.fee_purse};
    LODE_TRY(const auto balance, ledger_.balance({purse, Pot::balance}));
    return balance >= part ? purse : reserve;
}

Result<void> PaymentRepository::cancel(const Payment& payment, UnixTime now) {
    return under_lease(now, [&]() -> Result<void> {
        LODE_TRY(const auto open, close(payment.id, PaymentState::cancelled, now));
        if (!open) return success();
        LODE_TRY_VOID(ledger_.post(unlock_posting(payment, now)));
        return success();
    });
}

Result<Payment> PaymentRepository::read(const db::Row& row) {
    Payment payment{.id = PaymentId(row.integer(0)),
                    .created = from_unix_ms(row.integer(6)),
                    .updated = from_unix_ms(row.integer(7))};
    LODE_TRY(payment.state, payment_state_from(row.text(1)));
    LODE_TRY(payment.draft.fee_payer, fee_payer_from(row.text(2)));
    payment.draft.change_address = row.text(3);
    payment.draft.fee = Satoshi(row.integer(4));
    payment.draft.height = row.integer(5);
    LODE_TRY_VOID(read_items(payment));
    LODE_TRY_VOID(read_versions(payment));
    LODE_TRY(const auto inputs,
             db_.query("SELECT txid, vout, amount, version FROM payment_input WHERE payment_id = ? "
                       "ORDER BY version, txid, vout",
                       {payment.id.value()}));
    for (const db::Row& each : inputs) {
        LODE_TRY(const auto coin, read_coin(each, 0));
        auto& list = each.integer(3) == 1 ? payment.draft.inputs : payment.more_inputs;
        list.push_back({coin, Satoshi(each.integer(2))});
    }
    return payment;
}

Result<void> PaymentRepository::read_items(Payment& payment) {
    LODE_TRY(const auto rows,
             db_.query("SELECT owner_kind, owner_name, address, amount, fee FROM payment_item "
                       "WHERE payment_id = ? ORDER BY place",
                       {payment.id.value()}));
    for (const db::Row& row : rows) {
        PaymentItem item{.amount = Satoshi(row.integer(3)), .fee = Satoshi(row.integer(4))};
        LODE_TRY(item.owner.kind, owner_kind_from(row.text(0)));
        item.owner.name = row.text(1);
        LODE_TRY(auto address, bitcoin::parse_address(row.text(2), options_.network));
        item.address = std::move(address.text);
        item.script = std::move(address.script);
        payment.draft.items.push_back(std::move(item));
    }
    return success();
}

Result<void> PaymentRepository::read_versions(Payment& payment) {
    LODE_TRY(const auto rows,
             db_.query("SELECT txid, raw, fee, stored_unix_ms FROM payment_version WHERE "
                       "payment_id = ? ORDER BY version",
                       {payment.id.value()}));
    for (const db::Row& row : rows) {
        LODE_TRY(const auto txid, bitcoin::hash256_from_bytes(row.bytes(0)));
        payment.versions.push_back(
            {txid, row.bytes(1), Satoshi(row.integer(2)), from_unix_ms(row.integer(3))});
    }
    return success();
}

namespace {

constexpr std::string_view payment_columns =
    "SELECT id, state, fee_payer, change_address, fee, height, created_unix_ms, updated_unix_ms "
    "FROM payment WHERE ";

}  // namespace

Result<std::vector<Payment>> PaymentRepository::open() {
    LODE_TRY(const auto rows, db_.query(std::string(payment_columns) + "chain = ? AND state IN " +
                                            std::string(open_states) + " ORDER BY id LIMIT ?",
                                        {options_.fence.chain, payments_max}));
    std::vector<Payment> payments;
    for (const db::Row& row : rows) {
        LODE_TRY(auto payment, read(row));
        payments.push_back(std::move(payment));
    }
    return payments;
}

Result<std::optional<Payment>> PaymentRepository::find(PaymentId id) {
    LODE_TRY(const auto rows, db_.query(std::string(payment_columns) + "chain = ? AND id = ?",
                                        {options_.fence.chain, id.value()}));
    if (rows.empty()) return std::optional<Payment>();
    LODE_TRY(auto payment, read(rows.front()));
    return std::optional<Payment>(std::move(payment));
}

Result<std::optional<UnixTime>> PaymentRepository::newest(UnixTime now) {
    LODE_TRY(const auto rows, db_.query("SELECT MAX(created_unix_ms) FROM payment WHERE chain = ? "
                                        "AND state <> 'cancelled' AND created_unix_ms <= ?",
                                        {options_.fence.chain, to_unix_ms(now)}));
    if (rows.front().is_null(0)) return std::optional<UnixTime>();
    return std::optional<UnixTime>(from_unix_ms(rows.front().integer(0)));
}

Result<Satoshi> PaymentRepository::paid_since(UnixTime since) {
    LODE_TRY(const auto rows,
             db_.query("SELECT COALESCE(SUM(i.amount), 0) FROM payment p JOIN payment_item i ON "
                       "i.payment_id = p.id WHERE p.chain = ? AND p.state <> 'cancelled' AND "
                       "p.created_unix_ms > ?",
                       {options_.fence.chain, to_unix_ms(since)}));
    return Satoshi(rows.front().integer(0));
}

Result<std::vector<Candidate>> PaymentRepository::candidates(const CandidatePage& page) {
    // Before all others: no owner's kind is empty.
    const std::string kind(page.behind ? to_string(page.behind->kind) : std::string_view());
    const std::string name = page.behind ? page.behind->name : "";
    const std::int64_t least = page.least.value();
    LODE_TRY(const auto rows,
             db_.query("SELECT a.owner_kind, a.owner_name, b.amount, COALESCE(s.address, ''), "
                       "COALESCE(s.minimum, 0), COALESCE(s.held_until_unix_ms, 0), "
                       "COALESCE(s.frozen, '') FROM ledger_account a "
                       "JOIN ledger_balance b ON b.account_id = a.id "
                       "LEFT JOIN payout_setting s ON s.chain = a.chain AND "
                       "s.owner_kind = a.owner_kind AND s.owner_name = a.owner_name "
                       "WHERE a.chain = ? AND a.owner_kind IN ('user', 'fee') AND "
                       "a.pot = 'balance' AND (b.amount > ? OR (b.amount = ? AND "
                       "(a.owner_kind > ? OR (a.owner_kind = ? AND a.owner_name > ?)))) "
                       "ORDER BY b.amount, a.owner_kind, a.owner_name LIMIT ?",
                       {options_.fence.chain, least, least, kind, kind, name, page.rows}));
    std::vector<Candidate> candidates;
    candidates.reserve(rows.size());
    for (const db::Row& row : rows) {
        Candidate candidate{.balance = Satoshi(row.integer(2)),
                            .address = row.text(3),
                            .minimum = Satoshi(row.integer(4)),
                            .held_until = from_unix_ms(row.integer(5)),
                            .frozen = row.text(6)};
        LODE_TRY(candidate.owner.kind, owner_kind_from(row.text(0)));
        candidate.owner.name = row.text(1);
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

Result<Pause> PaymentRepository::pause() {
    LODE_TRY(const auto rows, db_.query("SELECT paused, reason FROM payout_pause WHERE chain = ?",
                                        {options_.fence.chain}));
    if (rows.empty() || rows.front().integer(0) == 0) return Pause{};
    return Pause{.paused = true, .reason = rows.front().text(1)};
}

}  // namespace lode::payout
