// The ledger's proof as a command: its sums, and an exit code that tells whether it holds.
#include "lode/ledger_command.hpp"

#include "lode/books_command.hpp"
#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;

TEST_CASE("a ledger that is right is told with its sums") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "start", .amount = 5'000};
    CHECK(payout_deposit(pool.options).value() == 0);
    const auto text = test::printed([&] { CHECK(ledger_verify(pool.options).value() == 0); });
    CHECK(text.find("balance                0.00005000\n") != std::string::npos);
    CHECK(text.find("deposited             -0.00005000\n") != std::string::npos);
    CHECK(text.find("verified 1 transactions of 2 entries: all sums are right\n") !=
          std::string::npos);
}

TEST_CASE("a ledger that is not right is told with what is wrong, and 1") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "start", .amount = 5'000};
    CHECK(payout_deposit(pool.options).value() == 0);
    pool.run("UPDATE ledger_balance SET amount = amount + 1 WHERE amount > 0");
    const auto text = test::printed([&] { CHECK(ledger_verify(pool.options).value() == 1); });
    CHECK(text.find("NOT RIGHT") != std::string::npos);
    CHECK(text.find("reserve") != std::string::npos);
}
