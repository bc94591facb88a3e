// The statements behind the comparison of wallet and books.
#include "payout/payment/sent_repository.hpp"

#include <algorithm>

namespace lode::payout {
namespace {

constexpr std::size_t values_a_query = 500;

db::Value value_of(const bitcoin::Hash256& hash) {
    return to_bytes(hash.view());
}

// "?, ?, ?"
std::string marks(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
    return text;
}

// Calls `body` with up to values_a_query of the values at a time.
template <class T, class Body>
Result<void> in_parts(const std::vector<T>& all, Body body) {
    for (std::size_t from = 0; from < all.size(); from += values_a_query) {
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(from);
        const std::size_t count = std::min(values_a_query, all.size() - from);
        LODE_TRY_VOID(body(std::vector<T>(first, first + static_cast<std::ptrdiff_t>(count))));
    }
    return success();
}

}  // namespace

SentRepository::SentRepository(db::Connection& connection, Options options)
    : db_(connection),
      options_(std::move(options)),
      payments_(connection,
                {.fence = {.chain = options_.chain, .holder = {}}, .network = options_.network}),
      ledger_(connection, options_.chain) {}

Result<std::optional<UnixTime>> SentRepository::begun() {
    std::optional<UnixTime> first;
    for (const auto* const query :
         {"SELECT MIN(found_unix_ms) FROM block WHERE chain = ?",
          "SELECT MIN(at_unix_ms) FROM ledger_transaction WHERE chain = ?",
          "SELECT MIN(start_unix_ms) FROM user_bucket WHERE chain = ?",
          "SELECT MIN(start_unix_ms) FROM user_day WHERE chain = ?"}) {
        LODE_TRY(const auto rows, db_.query(query, {options_.chain}));
        if (rows.front().is_null(0)) continue;
        const UnixTime time = from_unix_ms(rows.front().integer(0));
        first = std::min(first.value_or(time), time);
    }
    return first;
}

Result<std::optional<UnixTime>> SentRepository::compared() {
    LODE_TRY(const auto rows, db_.query("SELECT compared_unix_ms FROM wallet_compared WHERE "
                                        "chain = ? AND wallet = ?",
                                        {options_.chain, options_.wallet}));
    if (rows.empty()) return std::optional<UnixTime>();
    return std::optional(from_unix_ms(rows.front().integer(0)));
}

Result<void> SentRepository::set_compared(UnixTime until) {
    return db_.upsert({.table = "wallet_compared",
                       .columns = {"chain", "wallet", "compared_unix_ms"},
                       .key = {"chain", "wallet"},
                       .add = {},
                       .replace = {"compared_unix_ms"},
                       .rows = {{options_.chain, options_.wallet, to_unix_ms(until)}}});
}

Result<std::set<bitcoin::Hash256>> SentRepository::known(
    const std::vector<bitcoin::Hash256>& txids) {
    std::set<bitcoin::Hash256> known;
    const auto find = [&](const std::vector<bitcoin::Hash256>& some) -> Result<void> {
        const std::string among = " IN (" + marks(some.size()) + ")";
        for (const std::string& query :
             {"SELECT v.txid FROM payment_version v JOIN payment p ON p.id = v.payment_id WHERE "
              "p.chain = ? AND v.txid" +
                  among,
              "SELECT txid FROM ignored_send WHERE chain = ? AND txid" + among}) {
            std::vector<db::Value> values{options_.chain};
            for (const bitcoin::Hash256& txid : some) values.push_back(value_of(txid));
            LODE_TRY(const auto rows, db_.query(query, values));
            for (const db::Row& row : rows) {
                LODE_TRY(const auto txid, bitcoin::hash256_from_bytes(row.bytes(0)));
                known.insert(txid);
            }
        }
        return success();
    };
    LODE_TRY_VOID(in_parts(txids, find));
    return known;
}

Result<std::vector<Payment>> SentRepository::rivals(const std::vector<bitcoin::OutPoint>& coins) {
    std::set<PaymentId> ids;
    for (const bitcoin::OutPoint& coin : coins) {
        LODE_TRY(const auto rows,
                 db_.query("SELECT i.payment_id FROM payment_input i JOIN payment p ON "
                           "p.id = i.payment_id WHERE p.chain = ? AND p.state <> 'cancelled' AND "
                           "i.txid = ? AND i.vout = ?",
                           {options_.chain, value_of(coin.txid), std::int64_t{coin.index}}));
        for (const db::Row& row : rows) ids.insert(PaymentId(row.integer(0)));
    }
    std::vector<Payment> payments;
    for (const PaymentId id : ids) {
        LODE_TRY(auto payment, payments_.find(id));
        if (payment) payments.push_back(*std::move(payment));
    }
    return payments;
}

Result<void> SentRepository::add_payee(AddressOwners& payees, const std::string& address,
                                       const Owner& owner) {
    auto& list = payees[address];
    if (std::ranges::find(list, owner, &AddressOwner::owner) != list.end()) return success();
    LODE_TRY(const auto balance, ledger_.balance({owner, Pot::balance}));
    LODE_TRY(const auto immature, ledger_.balance({owner, Pot::immature}));
    LODE_TRY(const auto locked, ledger_.balance({owner, Pot::locked}));
    list.push_back({owner, balance, Satoshi(immature.value() + locked.value())});
    return success();
}

Result<AddressOwners> SentRepository::payees(const std::vector<std::string>& addresses) {
    AddressOwners payees;
    const auto find = [&](const std::vector<std::string>& some) -> Result<void> {
        const std::string among = " IN (" + marks(some.size()) + ")";
        std::vector<db::Value> values(some.begin(), some.end());
        values.insert(values.begin(), options_.chain);
        LODE_TRY(const auto users,
                 db_.query("SELECT owner_name FROM ledger_account WHERE chain = ? AND "
                           "owner_kind = 'user' AND pot = 'balance' AND owner_name" +
                               among,
                           values));
        LODE_TRY(const auto settings,
                 db_.query("SELECT owner_kind, owner_name, address FROM payout_setting WHERE "
                           "chain = ? AND address" +
                               among,
                           values));
        for (const db::Row& row : users) {
            LODE_TRY_VOID(add_payee(payees, row.text(0), {Owner::Kind::user, row.text(0)}));
        }
        for (const db::Row& row : settings) {
            LODE_TRY(const auto kind, owner_kind_from(row.text(0)));
            LODE_TRY_VOID(add_payee(payees, row.text(2), {kind, row.text(1)}));
        }
        return success();
    };
    LODE_TRY_VOID(in_parts(addresses, find));
    for (const auto& [name, address] : options_.fee_addresses) {
        if (std::ranges::find(addresses, address) == addresses.end()) continue;
        LODE_TRY_VOID(add_payee(payees, address, {Owner::Kind::fee, name}));
    }
    return payees;
}

Result<void> SentRepository::ignore(const Ignored& ignored) {
    bool repeated = false;  // the COMMIT of a run before may stand
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto before, known({ignored.txid}));
        if (!before.empty() && repeated) return success();
        const std::string txid = bitcoin::to_display_hex(ignored.txid);
        if (!before.empty()) return failure(ErrorCode::rejected, "the books know " + txid);
        LODE_TRY_VOID(
            db_.execute("INSERT INTO ignored_send (chain, txid, who, reason, at_unix_ms) "
                        "VALUES (?, ?, ?, ?, ?)",
                        {options_.chain, value_of(ignored.txid), ignored.who, ignored.reason,
                         to_unix_ms(ignored.at)}));
        LODE_TRY_VOID(db_.execute(
            "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
            {to_unix_ms(ignored.at), ignored.who, std::string("sent transaction ignored"),
             txid + ": " + ignored.reason}));
        repeated = true;
        return success();
    });
}

}  // namespace lode::payout
