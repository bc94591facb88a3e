// Payments by hand: without a wallet nothing is done, and what is wrong is said.
#include "lode/payment_command.hpp"

#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;

TEST_CASE("where payments are off there is nothing to plan, bump, export or import") {
    test::MoneyPool pool;
    const auto file = pool.folder.path() / "psbt";
    REQUIRE(replace_file(file, "cHNidP8=\n"));
    pool.options.payout = {.payment = 7, .file = file};
    for (const auto command : {payout_plan, payout_bump, payout_psbt_export, payout_psbt_import}) {
        const auto done = command(pool.options);
        REQUIRE_FALSE(done);
        CHECK(done.error().code == ErrorCode::rejected);
        CHECK(done.error().context == "payments are off ([payout] payments)");
    }
    CHECK(pool.number("SELECT COUNT(*) FROM audit_log") == 0);
}

TEST_CASE("a wallet's node that does not answer is of run time, and leaves no lease behind") {
    test::MoneyPool pool(
        "payments = \"psbt\"\nwallet_url = \"http://127.0.0.1:1\"\n"
        "wallet_user = \"u\"\nwallet_password = \"p\"\n");
    pool.options.payout = {.payment = 7, .file = "nowhere"};
    CHECK(payout_plan(pool.options).error().code == ErrorCode::unavailable);
    CHECK_FALSE(payout_bump(pool.options));
    CHECK(payout_psbt_import(pool.options).error().context.find("nowhere") != std::string::npos);
    CHECK(pool.number("SELECT COUNT(*) FROM lease WHERE released_unix_ms = 0") == 0);
}
