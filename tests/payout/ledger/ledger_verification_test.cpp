// Each invariant of the ledger, broken by hand, is found.
#include <functional>

#include "tests/payout/ledger/books.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// Alice has 60 locked in payment 1 and 40 left; the pool's purse has 10.
void fill(Books& books) {
    REQUIRE(books.post(transaction("credit", {{user("alice", Pot::balance), Satoshi(100)},
                                              {fee("pool", Pot::balance), Satoshi(10)},
                                              {world(Pot::mined), Satoshi(-110)}})));
    books.run("INSERT INTO payment VALUES (1, 'btc', 'locked', 'recipients', '', 2, 0, 0, 0)");
    books.run("INSERT INTO payment_item VALUES (1, 0, 'user', 'alice', 'x', 60, 2)");
    auto lock = transaction("lock 1", {{user("alice", Pot::balance), Satoshi(-60)},
                                       {user("alice", Pot::locked), Satoshi(60)}});
    lock.payment = PaymentId(1);
    REQUIRE(books.post(lock));
}

void settle(Books& books) {
    books.run("UPDATE payment SET state = 'settled'");
    auto settled = transaction("settle 1", {{user("alice", Pot::locked), Satoshi(-60)},
                                            {user("alice", Pot::paid), Satoshi(58)},
                                            {world(Pot::network_fee), Satoshi(2)}});
    settled.payment = PaymentId(1);
    REQUIRE(books.post(settled));
}

}  // namespace

TEST_CASE("a right ledger has no complaint and tells its sums", "[database]") {
    Books books;
    CHECK(books.complaints().empty());
    fill(books);
    const auto open = verify_ledger(books.connection, "btc").value();
    CHECK(open.complaints.empty());
    CHECK(open.transactions == 2);
    CHECK(open.entries == 5);
    CHECK(open.sums == std::map<Pot, Satoshi>{{Pot::balance, Satoshi(50)},
                                              {Pot::locked, Satoshi(60)},
                                              {Pot::mined, Satoshi(-110)}});
    settle(books);
    CHECK(books.complaints().empty());
    CHECK(verify_ledger(books.connection, "btc").value().sums.at(Pot::paid) == Satoshi(58));
}

TEST_CASE("every broken invariant is named", "[database]") {
    struct Case {
        const char* damage;
        const char* complaint;
    };
    for (const auto& [damage, complaint] : std::vector<Case>{
             {"UPDATE ledger_entry SET amount = amount + 1 WHERE amount = 10",
              "credit adds up to 1, not to 0"},
             {"UPDATE ledger_balance SET amount = amount + 1 WHERE amount = 10",
              "fee pool, balance: kept 11 of 1 entries, there are 10 of 1"},
             {"UPDATE ledger_balance SET entries = 9 WHERE amount = 10", "kept 10 of 9 entries"},
             {"UPDATE ledger_day SET amount = amount + 1 WHERE amount = 10",
              "fee pool, balance: its days are 11 of 1 entries, there are 10 of 1"},
             {"UPDATE ledger_day SET entries = 9 WHERE amount = 10", "days are 10 of 9 entries"},
             {"DELETE FROM ledger_day WHERE amount = 10", "its days are 0 of 0 entries"},
             {"DELETE FROM ledger_balance WHERE amount = 10", "kept 0 of 0 entries"},
             {"DELETE FROM ledger_transaction WHERE entry_key = 'lock 1'", "which is not there"},
             {"DELETE FROM ledger_entry WHERE amount > 50 AND amount < 70", "lock 1 adds up"},
             {"DELETE FROM ledger_account WHERE pot = 'locked'", "none of this chain"},
             {"DELETE FROM ledger_account WHERE pot = 'locked'", "1 balances of no account"},
             {"UPDATE ledger_account SET pot = 'flower' WHERE pot = 'locked'", "flower"},
             {"UPDATE ledger_account SET owner_kind = 'user' WHERE owner_kind = 'world'",
              "below zero: -110"},
             {"UPDATE payment SET state = 'cancelled'", "payment 1, cancelled, of 60: locked 60"},
             {"UPDATE payment SET state = 'settled'", "payment 1, settled, of 60: locked 60"},
             {"UPDATE payment_item SET amount = 61", "payment 1, locked, of 61"},
             {"DELETE FROM payment", "locked is 60 in all, by the payments 0"},
             {"INSERT INTO ledger_transaction VALUES (99, 'btc', 'void', 'pps', 0, 1, NULL, 0, '')",
              "void has no entries"}}) {
        INFO(damage);
        Books books;
        fill(books);
        books.run(damage);
        std::string all;
        for (const auto& found : books.complaints()) all += found + "\n";
        INFO(all);
        CHECK(all.find(complaint) != std::string::npos);
    }
}

TEST_CASE("a ledger of more than a page and many complaints", "[database]") {
    Books books;
    std::vector<Entry> entries;
    for (std::int64_t i = 0; i < 10'500; ++i) {
        entries.push_back({user(std::to_string(i), Pot::balance), Satoshi(1)});
    }
    entries.push_back({world(Pot::deposited), Satoshi(-10'500)});
    REQUIRE(books.post(transaction("first", entries)));
    REQUIRE(books.post(transaction("second", entries)));
    const auto right = verify_ledger(books.connection, "btc").value();
    CHECK(right.complaints.empty());
    CHECK(right.entries == 21'002);
    books.run("UPDATE ledger_balance SET amount = amount + 1");
    CHECK(verify_ledger(books.connection, "btc").value().complaints.size() == 100);
}
