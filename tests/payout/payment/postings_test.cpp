// Postings add up and move what they say.
#include "payout/payment/postings.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr auto now = from_unix_ms(5);

std::int64_t of(const Transaction& transaction, const Account& account) {
    for (const Entry& entry : transaction.entries) {
        if (entry.account == account) return entry.amount.value();
    }
    return 0;
}
const Owner reserve{Owner::Kind::reserve, ""};
const Owner world{Owner::Kind::world, ""};

}  // namespace

TEST_CASE("lock and unlock are each other's mirror") {
    const Payment payment = a_payment();
    const auto lock = lock_posting(payment, now);
    const auto unlock = unlock_posting(payment, now);
    CHECK(check(lock));
    CHECK(check(unlock));
    CHECK(lock.key == "lock 7");
    CHECK(unlock.key == "unlock 7");
    CHECK(lock.payment == PaymentId(7));
    const Owner first = payment.draft.items[0].owner;
    CHECK(of(lock, {first, Pot::balance}) == -60'000);
    CHECK(of(lock, {first, Pot::locked}) == 60'000);
    for (const Entry& entry : lock.entries) {
        CHECK(of(unlock, entry.account) == -entry.amount.value());
    }
}

TEST_CASE("where the pool pays its purse bears the whole fee") {
    const Payment payment = a_payment();
    const auto settle = settle_posting(payment, {Satoshi(450), reserve, "txid"}, now);
    CHECK(check(settle));
    CHECK(of(settle, {payment.draft.items[0].owner, Pot::paid}) == 60'000);
    CHECK(of(settle, {reserve, Pot::balance}) == -450);
    CHECK(of(settle, {world, Pot::network_fee}) == 450);
    CHECK(settle.note == "txid");
}

TEST_CASE("where recipients pay the pool bears what a later version costs more") {
    Payment payment = a_payment();
    payment.draft.items[0].fee = Satoshi(151);
    payment.draft.items[1].fee = Satoshi(149);
    const auto settle = settle_posting(payment, {Satoshi(450), reserve}, now);
    CHECK(check(settle));
    CHECK(of(settle, {payment.draft.items[0].owner, Pot::locked}) == -60'000);
    CHECK(of(settle, {payment.draft.items[0].owner, Pot::paid}) == 60'000 - 151);
    CHECK(of(settle, {reserve, Pot::balance}) == -150);
    CHECK(pool_part(payment.draft, Satoshi(300)) == Satoshi(0));
    CHECK(check(settle_posting(payment, {Satoshi(300), reserve}, now)));
}
