// Verdicts on what is seen of a payment.
#include "payout/payment/life.hpp"

#include <catch2/catch_test_macros.hpp>

#include "payout/payment/version.hpp"
#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

Payment versioned() {
    Payment payment = a_payment();
    const auto transaction = first_version(payment.draft, network).value().transaction;
    payment.versions.push_back(
        {bitcoin::txid(transaction), bitcoin::serialise(transaction), Satoshi(300), {}});
    return payment;
}

bitcoin::Transaction theft() {
    bitcoin::Transaction transaction;
    transaction.inputs.push_back({.previous = {hash_of(1), 0}});
    transaction.outputs.push_back({Satoshi(70'000), script_of(9)});
    return transaction;
}

template <class Verdict>
bool is(const FateVerdict& verdict) {
    return std::holds_alternative<Verdict>(verdict);
}

}  // namespace

TEST_CASE("a version settles once it is deep enough, whichever it is") {
    CHECK(std::holds_alternative<Wait>(judge_confirmed({}, 6)));
    CHECK(std::holds_alternative<Wait>(judge_confirmed({{hash_of(1), 5}}, 6)));
    const auto verdict = judge_confirmed({{hash_of(1), 0}, {hash_of(2), 6}}, 6);
    REQUIRE(std::holds_alternative<Settle>(verdict));
    CHECK(std::get<Settle>(verdict).txid == hash_of(2));
}

TEST_CASE("a payment is dead once an input is gone six deep, not before") {
    for (const Payment& payment : {a_payment(), versioned()}) {
        const bitcoin::OutPoint coin{hash_of(1), 0};
        CHECK(is<Wait>(judge_fates(payment, {})));
        CHECK(is<Wait>(judge_fates(payment, {{coin, theft(), 5}})));
        CHECK(is<Cancel>(judge_fates(payment, {{coin, theft(), 6}})));
        CHECK(is<Cancel>(judge_fates(payment, {{coin, std::nullopt, 6}})));
    }
}

TEST_CASE("a version that does not need the lost coin keeps the payment alive") {
    Payment payment = versioned();
    auto second = first_version(payment.draft, network).value().transaction;
    second.inputs.push_back({.previous = {hash_of(3), 0}});
    payment.more_inputs.push_back({{hash_of(3), 0}, Satoshi(1'000)});
    payment.versions.push_back(
        {bitcoin::txid(second), bitcoin::serialise(second), Satoshi(1'300), {}});
    CHECK(is<Wait>(judge_fates(payment, {{{hash_of(3), 0}, theft(), 60}})));
    CHECK(is<Cancel>(judge_fates(payment, {{{hash_of(2), 0}, theft(), 6}})));
}

TEST_CASE("a version that cannot be read keeps the payment waiting for a person") {
    Payment payment = versioned();
    payment.versions[0].raw = {1, 2, 3};
    CHECK(is<Wait>(judge_fates(payment, {{{hash_of(1), 0}, theft(), 100}})));
}

TEST_CASE("a rival that pays all payees is adopted, at any depth") {
    const Payment payment = versioned();
    auto rival = first_version(payment.draft, network).value().transaction;
    rival.outputs.back().amount = Satoshi(10'000);
    for (const std::int64_t depth : {1, 60}) {
        const auto verdict = judge_fates(payment, {{{hash_of(1), 0}, rival, depth}});
        REQUIRE(is<Adopt>(verdict));
        CHECK(std::get<Adopt>(verdict).transaction == rival);
        CoinFate fate{{hash_of(1), 0}, rival, depth};
        fate.pays_others = true;
        CHECK(is<PaysMore>(judge_fates(payment, {fate})));
    }
}
