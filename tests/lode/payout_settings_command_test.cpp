// An operator's changes by command: what is refused, what is written, what is printed.
#include "lode/payout_settings_command.hpp"

#include "lode/operator.hpp"
#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

constexpr const char* address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";

bool rejected(const Result<int>& result) {
    return !result && result.error().code == ErrorCode::rejected;
}

}  // namespace

TEST_CASE("payments are paused and resumed by a person who says why") {
    test::MoneyPool pool;
    pool.options.payout.reason = "wallet moves";
    CHECK(payout_pause(pool.options).value() == 0);
    CHECK(rejected(payout_pause(pool.options)));
    CHECK(pool.number("SELECT paused FROM payout_pause") == 1);
    CHECK(payout_resume(pool.options).value() == 0);
    CHECK(pool.number("SELECT paused FROM payout_pause") == 0);
    CHECK(pool.text("SELECT who FROM audit_log") == operator_name());
    CHECK(pool.number("SELECT COUNT(*) FROM audit_log") == 2);
}

TEST_CASE("a user is frozen and unfrozen") {
    test::MoneyPool pool;
    pool.options.payout = {.user = "alice", .reason = "asked to"};
    CHECK(payout_freeze(pool.options).value() == 0);
    CHECK(pool.text("SELECT frozen FROM payout_setting") == "asked to");
    CHECK(payout_unfreeze(pool.options).value() == 0);
    CHECK(rejected(payout_unfreeze(pool.options)));
    pool.options.payout.user = "nobody";
    CHECK(rejected(payout_freeze(pool.options)));
}

TEST_CASE("only schemes that the pool offers can be chosen") {
    test::MoneyPool pool("choices = [\"pps\"]\n");
    pool.options.payout = {.user = "alice", .scheme = "fpps"};
    CHECK(rejected(payout_scheme(pool.options)));
    pool.options.payout.scheme = "pps";
    CHECK(payout_scheme(pool.options).value() == 0);
    CHECK(pool.text("SELECT scheme FROM user_scheme") == "pps");
    pool.options.payout.scheme = "base";
    CHECK(payout_scheme(pool.options).value() == 0);
    CHECK(pool.text("SELECT scheme FROM user_scheme") == "base");
}

TEST_CASE("an address must be of the chain, and is kept in its canonical form") {
    test::MoneyPool pool;
    pool.options.payout = {.user = "alice",
                           .reason = "asked to",
                           .address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"};
    CHECK(rejected(payout_address(pool.options)));
    pool.options.payout.address = "BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080";
    const auto line = test::printed([&] { CHECK(payout_address(pool.options).value() == 0); });
    CHECK(line == "alice: paid to " + std::string(address) + "\n");
    CHECK(pool.text("SELECT address FROM payout_setting") == address);
}

TEST_CASE("a user who left the address that is his name is held") {
    test::MoneyPool pool;
    pool.run("INSERT INTO user (name, created_unix_ms) VALUES ('" + std::string(address) + "', 1)");
    pool.options.payout = {
        .user = address, .reason = "asked to", .address = "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn"};
    const auto line = test::printed([&] { CHECK(payout_address(pool.options).value() == 0); });
    CHECK(line.find(" from 20") != std::string::npos);
    CHECK(pool.number("SELECT held_until_unix_ms - changed_unix_ms FROM payout_setting") ==
          72 * 3'600'000);
}

TEST_CASE("a minimum is not below the pool's own") {
    test::MoneyPool pool;
    pool.options.payout = {.user = "alice", .amount = 99'999};
    CHECK(rejected(payout_minimum(pool.options)));
    pool.options.payout.amount = 100'000;
    CHECK(test::printed([&] { CHECK(payout_minimum(pool.options).value() == 0); }) ==
          "alice: paid from 0.00100000\n");
    pool.options.payout.amount = 0;
    CHECK(payout_minimum(pool.options).value() == 0);
    CHECK(pool.number("SELECT minimum FROM payout_setting") == 0);
}

TEST_CASE("a database that is not prepared is of run time") {
    test::MoneyPool pool;
    pool.run("DELETE FROM schema_version WHERE version >= 4");
    pool.options.payout.reason = "r";
    CHECK(payout_pause(pool.options).error().code == ErrorCode::unavailable);
}
