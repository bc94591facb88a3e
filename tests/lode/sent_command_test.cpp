// What the wallet sent, asked about and ignored by hand.
#include "lode/sent_command.hpp"

#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

const std::string txid = "00000000000000000000000000000000000000000000000000000000000000aa";
const std::string no_node =
    "payments = \"wallet\"\nwallet_url = \"http://127.0.0.1:1\"\n"
    "wallet_user = \"u\"\nwallet_password = \"p\"\n";

}  // namespace

TEST_CASE("where payments are off nothing was sent") {
    test::MoneyPool pool;
    pool.options.payout = {.reason = "mine", .txids = {txid}};
    for (const auto command : {payout_sent, payout_book_sent, payout_ignore_sent}) {
        const auto done = command(pool.options);
        REQUIRE_FALSE(done);
        CHECK(done.error().context == "payments are off ([payout] payments)");
    }
}

TEST_CASE("a transaction is ignored once, by a person who says why") {
    test::MoneyPool pool(no_node);
    pool.options.payout = {.reason = "moved to the vault", .txids = {txid}};
    CHECK(test::printed([&] { REQUIRE(payout_ignore_sent(pool.options)); }) ==
          txid + ": no payment\n");
    CHECK(pool.text("SELECT reason FROM ignored_send") == "moved to the vault");
    CHECK(pool.text("SELECT detail FROM audit_log") == txid + ": moved to the vault");
    CHECK(payout_ignore_sent(pool.options).error().code == ErrorCode::rejected);
}

TEST_CASE("a wallet that does not answer books nothing, and leaves no lease behind") {
    test::MoneyPool pool(no_node);
    pool.options.payout = {.txids = {txid}};
    CHECK(payout_book_sent(pool.options).error().code == ErrorCode::unavailable);
    CHECK(pool.number("SELECT COUNT(*) FROM payment") == 0);
    CHECK(pool.number("SELECT COUNT(*) FROM lease WHERE released_unix_ms = 0") == 0);
}
