// What the API tells of money beside the ledger that it stands in.
#include "statshttpd/money_repository.hpp"

#include "tests/statshttpd/history.hpp"
#include "tests/statshttpd/random_ledger.hpp"

using namespace lode;
using namespace lode::statshttpd;
using payout::Pot;

namespace {

struct Money {
    test::History history;
    db::Connection connection = history.open();
    MoneyRepository repository{connection, "btc"};
};

// All pages of so many rows.
EarningDays all_days(MoneyRepository& repository, const std::string& user, std::size_t limit) {
    EarningDays all;
    for (;;) {
        auto page = repository.earnings(user, {.limit = limit, .offset = all.rows.size()}).value();
        all.total = page.total;
        if (page.rows.empty()) return all;
        CHECK(page.rows.size() <= limit);
        std::ranges::move(page.rows, std::back_inserter(all.rows));
    }
}

CreditsPage all_credits(MoneyRepository& repository, const std::string& user, std::size_t limit) {
    CreditsPage all;
    for (;;) {
        auto page =
            repository.credits(user, {.page = {.limit = limit, .offset = all.rows.size()}}).value();
        all.total = page.total;
        if (page.rows.empty()) return all;
        std::ranges::move(page.rows, std::back_inserter(all.rows));
    }
}

std::vector<CreditRow> credits_by_id(MoneyRepository& repository, const std::string& user) {
    std::vector<CreditRow> all;
    CreditsQuery query{.page = {.limit = 3}};
    for (;;) {
        const auto page = repository.credits(user, query).value();
        if (page.rows.empty()) return all;
        all.insert(all.end(), page.rows.begin(), page.rows.end());
        query.before = page.rows.back().id;
    }
}

// Of one user, by what each route tells.
void check_agree(Money& money, test::RandomLedger& ledger, const std::string& user) {
    const auto balance = money.repository.balance(user, ledger.now()).value();
    CHECK(balance.immature.value() == ledger.kept(user, Pot::immature));
    CHECK(balance.balance.value() == ledger.kept(user, Pot::balance));
    CHECK(balance.locked.value() == ledger.kept(user, Pot::locked));
    CHECK(balance.paid.value() == ledger.kept(user, Pot::paid));

    EarningDay sum;
    const auto days = all_days(money.repository, user, 3);
    CHECK(days.total == std::ssize(days.rows));
    UnixTime last = from_unix_ms(INT64_MAX);
    for (const EarningDay& day : days.rows) {
        CHECK(day.day < last);
        last = day.day;
        sum.credited = Satoshi(sum.credited.value() + day.credited.value());
        sum.matured = Satoshi(sum.matured.value() + day.matured.value());
        sum.pps = Satoshi(sum.pps.value() + day.pps.value());
        sum.orphaned = Satoshi(sum.orphaned.value() + day.orphaned.value());
        sum.paid = Satoshi(sum.paid.value() + day.paid.value());
        sum.network_fees = Satoshi(sum.network_fees.value() + day.network_fees.value());
    }
    CHECK(balance.immature.value() ==
          sum.credited.value() - sum.orphaned.value() - sum.matured.value());
    CHECK(balance.balance.value() + balance.locked.value() ==
          sum.matured.value() + sum.pps.value() - sum.paid.value() - sum.network_fees.value());
    CHECK(balance.paid == sum.paid);

    const auto credits = all_credits(money.repository, user, 4);
    CHECK(credits.total == std::ssize(credits.rows));
    std::int64_t credited = 0;
    for (const CreditRow& row : credits.rows) {
        credited += row.amount.value();
        CHECK(row.block.has_value() == (row.reason != "pps"));
        CHECK(row.height.has_value() == row.block.has_value());
    }
    CHECK(credited == sum.credited.value() - sum.orphaned.value() + sum.pps.value());
    const auto by_id = credits_by_id(money.repository, user);
    REQUIRE(by_id.size() == credits.rows.size());
    for (std::size_t i = 0; i < by_id.size(); ++i) CHECK(by_id[i].id == credits.rows[i].id);

    const auto payments = money.repository.payments_of(user, {.limit = 1'000}).value();
    CHECK(payments.total == std::ssize(payments.rows));
    std::int64_t open = 0;
    std::int64_t paid = 0;
    for (const UserPaymentRow& row : payments.rows) {
        if (row.payment.state == "locked") open += row.amount.value();
        if (row.payment.state == "settled") paid += row.amount.value() - row.fee.value();
    }
    CHECK(open == balance.locked.value());
    CHECK(paid == balance.paid.value());

    std::map<std::string, std::int64_t> pots;
    const auto books = money.repository.books(user, {}).value();
    for (const BookLine& line : books.rows) {
        pots[line.pot] += line.amount.value();
    }
    CHECK(pots["immature"] == balance.immature.value());
    CHECK(pots["balance"] == balance.balance.value());
    CHECK(pots["locked"] == balance.locked.value());
    CHECK(pots["paid"] == balance.paid.value());
}

}  // namespace

TEST_CASE("balance, days, credits, payments and books of random ledgers add up", "[database]") {
    for (std::uint64_t seed = 0; seed < (test::Database::is_mysql() ? 3 : 25); ++seed) {
        INFO("seed " << seed);
        Money money;
        test::RandomLedger ledger(money.connection, seed);
        ledger.live(60);
        CHECK(ledger.complaints() == std::vector<std::string>{});
        for (const std::string& user : ledger.users) {
            INFO(user);
            check_agree(money, ledger, user);
        }
        const auto payments = money.repository.payments({.page = {.limit = 1'000}}).value();
        CHECK(payments.total == ledger.payments());
        CHECK(std::ssize(payments.rows) == ledger.payments());
    }
}

TEST_CASE("a user who never came is rejected, one who earned nothing has nothing", "[database]") {
    Money money;
    money.history.execute("INSERT INTO user (name, created_unix_ms) VALUES ('carol', 0)", {});
    auto& repository = money.repository;
    CHECK(repository.balance("Carol", {}).error().code == ErrorCode::rejected);
    CHECK(repository.earnings("x", {}).error().code == ErrorCode::rejected);
    CHECK(repository.credits("x", {}).error().code == ErrorCode::rejected);
    CHECK(repository.payments_of("x", {}).error().code == ErrorCode::rejected);
    CHECK(repository.books("x", {}).error().code == ErrorCode::rejected);
    const auto balance = repository.balance("carol", {}).value();
    CHECK(balance.balance == Satoshi(0));
    CHECK_FALSE(balance.minimum);
    CHECK(repository.earnings("carol", {}).value().rows.empty());
    CHECK(repository.credits("carol", {}).value().total == 0);
    CHECK(repository.payments_of("carol", {}).value().total == 0);
    CHECK(repository.books("carol", {}).value().rows.empty());
}

TEST_CASE("the minimum is the user's own unless the pool's is more", "[database]") {
    Money money;
    money.history.execute("INSERT INTO user (name, created_unix_ms) VALUES ('carol', 0)", {});
    money.history.execute(
        "INSERT INTO payout_preview VALUES ('btc', 500, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)", {});
    CHECK(money.repository.balance("carol", {}).value().minimum == Satoshi(500));
    money.history.execute(
        "INSERT INTO payout_setting VALUES ('btc', 'user', 'carol', 'x', 700, 90, 'why', 0)", {});
    const auto own = money.repository.balance("carol", from_unix_ms(80)).value();
    CHECK(own.minimum == Satoshi(700));
    CHECK(own.frozen);
    CHECK(own.held_until == from_unix_ms(90));
    money.history.execute("UPDATE payout_setting SET minimum = 0, frozen = ''", {});
    const auto back = money.repository.balance("carol", from_unix_ms(90)).value();
    CHECK(back.minimum == Satoshi(500));
    CHECK_FALSE(back.frozen);
    CHECK_FALSE(back.held_until);
}

TEST_CASE("a payment shows the transaction that confirmed, else the newest", "[database]") {
    Money money;
    const auto& history = money.history;
    for (const std::int64_t id : {1, 2, 3}) {
        history.execute("INSERT INTO payment VALUES (?, 'btc', ?, 'pool', '', 11, 0, 5, 6)",
                        {id, std::string(id == 1   ? "settled"
                                         : id == 2 ? "sent"
                                                   : "locked")});
        history.execute("INSERT INTO payment_item VALUES (?, 0, 'user', 'alice', 'x', 60, 2)",
                        {id});
        history.execute("INSERT INTO payment_item VALUES (?, 1, 'fee', 'pool', 'y', 40, 0)", {id});
    }
    for (const std::int64_t id : {1, 2}) {
        for (const std::int64_t version : {1, 2}) {
            history.execute("INSERT INTO payment_version VALUES (?, ?, ?, X'00', ?, 0)",
                            {id, version, Bytes(32, static_cast<std::uint8_t>(id * 16 + version)),
                             version * 100});
        }
    }
    history.execute(
        "INSERT INTO ledger_transaction (chain, entry_key, reason, at_unix_ms, terms_version, "
        "block_hash, payment_id, note) VALUES ('btc', 'settle 1', 'settle', 0, 0, NULL, 1, ?)",
        {std::string(64, '1')});
    history.execute("INSERT INTO payment VALUES (9, 'ltc', 'sent', 'pool', '', 11, 0, 5, 6)", {});
    const auto page = money.repository.payments({}).value();
    CHECK(page.total == 3);
    REQUIRE(page.rows.size() == 3);
    CHECK(page.rows[0].id == 3);
    CHECK_FALSE(page.rows[0].txid);
    CHECK(page.rows[0].fee == Satoshi(11));
    CHECK(page.rows[0].amount == Satoshi(100));
    CHECK(page.rows[0].recipients == 2);
    CHECK(page.rows[1].txid->bytes[0] == 0x22);
    CHECK(page.rows[1].fee == Satoshi(200));
    CHECK(page.rows[2].txid->bytes[0] == 0x11);
    CHECK(page.rows[2].fee == Satoshi(100));
    CHECK(page.rows[2].created == from_unix_ms(5));
    CHECK(page.rows[2].updated == from_unix_ms(6));
    const auto sent = money.repository.payments({.page = {}, .state = "sent"}).value();
    CHECK(sent.total == 1);
    CHECK(sent.rows.at(0).id == 2);
    history.execute("INSERT INTO user (name, created_unix_ms) VALUES ('alice', 0)", {});
    const auto own = money.repository.payments_of("alice", {.limit = 1, .offset = 2}).value();
    CHECK(own.total == 3);
    REQUIRE(own.rows.size() == 1);
    CHECK(own.rows[0].payment.txid->bytes[0] == 0x11);
    CHECK(own.rows[0].address == "x");
    CHECK(own.rows[0].amount == Satoshi(60));
    CHECK(own.rows[0].fee == Satoshi(2));
}

TEST_CASE("terms come newest first with their recipients", "[database]") {
    Money money;
    for (const std::int64_t version : {1, 2}) {
        money.history.execute(
            "INSERT INTO terms VALUES ('btc', ?, ?, 'pplns', 8, 1, 2, 10000, 4, 5, 6, 'why', 0)",
            {version, version * 1'000});
        money.history.execute("INSERT INTO terms_recipient VALUES ('btc', ?, 1, 'b', 400000)",
                              {version});
        money.history.execute("INSERT INTO terms_recipient VALUES ('btc', ?, 0, 'a', 600000)",
                              {version});
    }
    const auto versions = money.repository.terms().value();
    REQUIRE(versions.size() == 2);
    CHECK(versions[0].version == 2);
    CHECK(versions[0].effective == from_unix_ms(2'000));
    CHECK(versions[0].base_fee_ppm == 10'000);
    CHECK(versions[0].notice == "why");
    REQUIRE(versions[1].recipients.size() == 2);
    CHECK(versions[1].recipients[0].name == "a");
    CHECK(versions[1].recipients[1].share_ppm == 400'000);
}

TEST_CASE("books end behind a whole transaction and go on from there", "[database]") {
    Money money;
    money.history.execute("INSERT INTO user (name, created_unix_ms) VALUES ('carol', 0)", {});
    db::Upsert transactions{.table = "ledger_transaction",
                            .columns = {"id", "chain", "entry_key", "reason", "at_unix_ms",
                                        "terms_version", "block_hash", "payment_id", "note"},
                            .key = {"id"},
                            .add = {},
                            .replace = {},
                            .rows = {}};
    db::Upsert entries{.table = "ledger_entry",
                       .columns = {"transaction_id", "account_id", "amount"},
                       .key = {"transaction_id", "account_id"},
                       .add = {},
                       .replace = {},
                       .rows = {}};
    money.history.execute(
        "INSERT INTO ledger_account VALUES (1, 'btc', 'user', 'carol', 'balance'), "
        "(2, 'btc', 'user', 'carol', 'locked'), (3, 'btc', 'user', 'carol', 'paid')",
        {});
    const std::int64_t count = 4'000;
    for (std::int64_t id = 1; id <= count; ++id) {
        transactions.rows.push_back({id,
                                     std::string("btc"),
                                     std::to_string(id),
                                     std::string("pps"),
                                     id * 1'000'000,
                                     std::int64_t{1},
                                     {},
                                     std::int64_t{0},
                                     std::string()});
        for (const std::int64_t account : {1, 2, 3}) entries.rows.push_back({id, account, id});
    }
    REQUIRE(money.connection.upsert(transactions));
    REQUIRE(money.connection.upsert(entries));
    const auto first = money.repository.books("carol", {}).value();
    CHECK(first.rows.size() == 9'999);
    CHECK(first.next_after == 3'333);
    const auto rest = money.repository.books("carol", {.after = 3'333}).value();
    CHECK(rest.rows.size() == 2'001);
    CHECK_FALSE(rest.next_after);
    CHECK(rest.rows.front().transaction == 3'334);
    CHECK(rest.rows.back().transaction == count);
    const auto some =
        money.repository
            .books("carol", {.from = from_unix_ms(5'000'000), .to = from_unix_ms(7'000'000)})
            .value();
    REQUIRE(some.rows.size() == 6);
    CHECK(some.rows[0].at == from_unix_ms(5'000'000));
    CHECK(some.rows[0].pot == "balance");
    CHECK(some.rows[5].pot == "paid");
}
