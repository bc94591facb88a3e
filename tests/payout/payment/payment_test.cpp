// Names are the ones the database keeps.
#include "payout/payment/payment.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/builders.hpp"

using namespace lode::payout;

TEST_CASE("states and payers are read from their names, and nothing else is one") {
    for (const auto state : {PaymentState::locked, PaymentState::signed_, PaymentState::sent,
                             PaymentState::settled, PaymentState::cancelled}) {
        CHECK(payment_state_from(to_string(state)).value() == state);
    }
    for (const auto payer : {FeePayer::pool, FeePayer::recipients}) {
        CHECK(fee_payer_from(to_string(payer)).value() == payer);
    }
    CHECK_FALSE(payment_state_from("gone"));
    CHECK_FALSE(fee_payer_from(""));
}

TEST_CASE("why a version is not stored is told") {
    CHECK(to_string(Kept::stored) == "stored");
    CHECK(to_string(Kept::of_another).find("this transaction") != std::string_view::npos);
}

TEST_CASE("a payment is open until it is settled or cancelled") {
    CHECK(is_open(PaymentState::locked));
    CHECK(is_open(PaymentState::sent));
    CHECK_FALSE(is_open(PaymentState::settled));
    CHECK_FALSE(is_open(PaymentState::cancelled));
    CHECK(gross(test::a_payment().draft) == Satoshi(100'000));
}
