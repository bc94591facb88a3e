// The books by command: deposits beside a running payout or without one, tables and closed months.
#include "lode/books_command.hpp"

#include "payout/lease_repository.hpp"
#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;

TEST_CASE("a deposit is booked and can be taken out again") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "start", .amount = 5'000};
    CHECK(test::printed([&] { CHECK(payout_deposit(pool.options).value() == 0); }) ==
          "booked: the reserve has 0.00005000\n");
    pool.options.payout.amount = -2'000;
    CHECK(payout_deposit(pool.options).value() == 0);
    CHECK(pool.number("SELECT SUM(amount) FROM ledger_balance") == 0);
    CHECK(pool.number("SELECT MAX(amount) FROM ledger_balance") == 3'000);
    CHECK(pool.text("SELECT detail FROM audit_log ORDER BY id DESC LIMIT 1") == "-2000: start");
    pool.options.payout.amount = 0;
    CHECK(payout_deposit(pool.options).error().code == ErrorCode::malformed);
}

TEST_CASE("a deposit leaves the lease of a payout at work, and gives back a free one") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "start", .amount = 5'000};
    payout::LeaseRepository leases(pool.database, "btc");
    CHECK(payout_deposit(pool.options).value() == 0);
    const auto free = leases.read().value().value();
    CHECK(free.released_unix_ms > 0);
    const payout::LeaseRow held{"payout-1", free.fence + 1, free.renewed_unix_ms + 1, 0};
    REQUIRE(leases.change({free, held}));
    pool.options.payout.amount = 6'000;
    CHECK(payout_deposit(pool.options).value() == 0);
    const auto after = leases.read().value().value();
    CHECK(after.holder == "payout-1");
    CHECK(after.fence == held.fence);
    CHECK(after.released_unix_ms == 0);
}

TEST_CASE("books tell what is owed without a wallet where payments are off") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "start", .amount = 5'000};
    CHECK(payout_deposit(pool.options).value() == 0);
    const auto text = test::printed([&] { CHECK(payout_books(pool.options).value() == 0); });
    CHECK(text.find("reserve          0.00000000         0.00005000") != std::string::npos);
    CHECK(text.find("reserve's ruin probability        no block yet") != std::string::npos);
    CHECK(text.find("payments are off") != std::string::npos);
}

TEST_CASE("books with a wallet that does not answer say so") {
    test::MoneyPool pool(
        "payments = \"wallet\"\nwallet_url = \"http://127.0.0.1:1\"\n"
        "wallet_user = \"u\"\nwallet_password = \"p\"\n");
    const auto books = payout_books(pool.options);
    REQUIRE_FALSE(books);
    CHECK(books.error().code == ErrorCode::unavailable);
}

TEST_CASE("a table is printed as CSV or JSON, of the days that are asked for") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "one, two", .amount = 5'000};
    CHECK(payout_deposit(pool.options).value() == 0);
    pool.options.payout.table = "balances";
    CHECK(test::printed([&] { CHECK(payout_export(pool.options).value() == 0); }) ==
          "owner_kind,owner,pot,amount\nreserve,,balance,5000\nworld,,deposited,-5000\n");
    pool.options.payout.table = "entries";
    const auto entries = test::printed([&] { CHECK(payout_export(pool.options).value() == 0); });
    CHECK(entries.find(",reserve,,balance,5000,\"one, two\"\n") != std::string::npos);
    pool.options.payout.to = "2001-01-01";
    pool.options.payout.format = "json";
    CHECK(test::printed([&] { CHECK(payout_export(pool.options).value() == 0); }).empty());
    pool.options.payout.from = "2001-01-02";
    CHECK(payout_export(pool.options).error().code == ErrorCode::malformed);
}

TEST_CASE("a month is closed when it is over") {
    test::MoneyPool pool;
    pool.options.payout.month = "2001-12";
    CHECK(test::printed([&] { CHECK(payout_close_month(pool.options).value() == 0); }) ==
          "2001-12 closed: {}\n");
    CHECK(payout_close_month(pool.options).error().code == ErrorCode::rejected);
    pool.options.payout.month = "2999-01";
    CHECK(payout_close_month(pool.options).error().code == ErrorCode::rejected);
}
