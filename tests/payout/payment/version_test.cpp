// Versions built, replaced and recognised.
#include "payout/payment/version.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// With a first version stored, as if signed.
Payment sent_payment() {
    Payment payment = a_payment();
    auto version = first_version(payment.draft, network).value();
    for (auto& input : version.transaction.inputs) input.witness = {Bytes(71), Bytes(33)};
    payment.state = PaymentState::sent;
    payment.versions.push_back({bitcoin::txid(version.transaction),
                                bitcoin::serialise(version.transaction),
                                version.fee,
                                {}});
    return payment;
}

std::int64_t paid_by(const bitcoin::Transaction& transaction) {
    std::int64_t sum = 0;
    for (const auto& output : transaction.outputs) sum += output.amount.value();
    return sum;
}

BumpRules at(std::int64_t rate) {
    return {.rate = FeeRate(rate), .network = network};
}

}  // namespace

TEST_CASE("the first version pays the items in order, then the change") {
    const auto version = first_version(a_payment().draft, network).value();
    const auto& transaction = version.transaction;
    REQUIRE(transaction.inputs.size() == 2);
    CHECK(transaction.inputs[0].previous == bitcoin::OutPoint{hash_of(1), 0});
    CHECK(transaction.inputs[0].sequence == 0xfffffffd);
    CHECK(transaction.outputs ==
          std::vector<bitcoin::TxOutput>{{Satoshi(60'000), script_of(1)},
                                         {Satoshi(40'000), script_of(2)},
                                         {Satoshi(19'700), script_of(change_number)}});
    CHECK(version.fee == Satoshi(300));
}

TEST_CASE("a draft that its inputs do not cover is a broken promise") {
    auto draft = a_payment().draft;
    draft.fee = Satoshi(20'001);
    CHECK(first_version(draft, network).error().code == ErrorCode::internal);
    draft.fee = Satoshi(20'000);
    CHECK(first_version(draft, network).value().transaction.outputs.size() == 2);
}

TEST_CASE("a bump takes more from the change and pays all the same") {
    const auto payment = sent_payment();
    const auto version = bump_version(payment, {}, at(20'000)).value();
    CHECK(version.transaction.inputs.size() == 2);
    REQUIRE(version.transaction.outputs.size() == 3);
    CHECK(version.transaction.outputs[1] == bitcoin::TxOutput{Satoshi(40'000), script_of(2)});
    CHECK(version.fee > Satoshi(300));
    CHECK(120'000 == paid_by(version.transaction) + version.fee.value());
    CHECK(version.more_inputs.empty());
}

TEST_CASE("a bump that the change does not pay for adds confirmed coins") {
    const auto payment = sent_payment();
    const std::vector<Coin> coins{coin(8, 500'000, 0), coin(9, 30'000), coin(10, 60'000)};
    const auto version = bump_version(payment, coins, at(100'000)).value();
    REQUIRE(version.more_inputs.size() == 1);
    CHECK(version.more_inputs[0].coin == coins[2].at);
    CHECK(version.transaction.inputs.size() == 3);
    CHECK(180'000 == paid_by(version.transaction) + version.fee.value());
    CHECK(bump_version(payment, {}, at(100'000)).error().code == ErrorCode::rejected);
}

TEST_CASE("a bump pays more than nodes ask, also at nearly the same rate") {
    const auto payment = sent_payment();
    const auto raw = bitcoin::parse_transaction(payment.versions[0].raw).value();
    const auto weight = static_cast<std::int64_t>(bitcoin::weight(raw));
    const std::int64_t rate = 300 * 4'000 / weight;
    CHECK(bump_version(payment, {}, at(rate - 100)).error().code == ErrorCode::rejected);
    const auto version = bump_version(payment, {}, at(rate + 100)).value();
    CHECK(version.fee.value() >= 300 + weight / 4);
}

TEST_CASE("there is nothing to bump before a version and behind the end") {
    CHECK(bump_version(a_payment(), {}, at(50'000)).error().code == ErrorCode::rejected);
    auto settled = sent_payment();
    settled.state = PaymentState::settled;
    CHECK(bump_version(settled, {}, at(50'000)).error().code == ErrorCode::rejected);
}

TEST_CASE("versions are recognised with their fee") {
    const auto payment = sent_payment();
    const auto first = first_version(payment.draft, network).value();
    CHECK(recognise(payment, first.transaction, {}, network).value().fee == Satoshi(300));
    const Coin more = coin(10, 60'000);
    const auto bumped = bump_version(payment, {more}, at(100'000)).value();
    const auto seen =
        recognise(payment, bumped.transaction, {{more.at, more.amount}}, network).value();
    CHECK(seen.fee == bumped.fee);
    CHECK(seen.more_inputs == bumped.more_inputs);
    CHECK(recognise(payment, bumped.transaction, {}, network).error().code == ErrorCode::rejected);
}

TEST_CASE("what pays otherwise is not recognised") {
    const auto payment = a_payment();
    const auto right = first_version(payment.draft, network).value().transaction;
    REQUIRE(recognise(payment, right, {}, network));
    std::vector<bitcoin::Transaction> wrong(6, right);
    wrong[0].outputs[0].amount = Satoshi(59'999);
    std::swap(wrong[1].outputs[0], wrong[1].outputs[1]);
    wrong[2].outputs[2].script = script_of(5);  // change to somebody
    wrong[3].outputs.push_back({Satoshi(1'000), script_of(5)});
    wrong[4].inputs.pop_back();
    wrong[5].outputs[2].amount = Satoshi(20'001);
    for (const auto& each : wrong) {
        CHECK(recognise(payment, each, {}, network).error().code == ErrorCode::rejected);
    }
}

TEST_CASE("a transaction that spends an input and pays all is the payment, whoever made it") {
    const auto payment = a_payment();
    auto made = first_version(payment.draft, network).value().transaction;
    std::swap(made.outputs[0], made.outputs[2]);
    made.inputs.pop_back();
    CHECK(pays_instead(made, payment));
    auto less = made;
    less.outputs[2].amount = Satoshi(59'999);
    CHECK_FALSE(pays_instead(less, payment));
    made.inputs[0].previous.index = 5;
    CHECK_FALSE(pays_instead(made, payment));
}

TEST_CASE("two payees with the same output need two outputs") {
    auto payment = a_payment();
    payment.draft.items = {item(1, 50'000), item(1, 50'000)};
    auto made = first_version(payment.draft, network).value().transaction;
    CHECK(pays_instead(made, payment));
    made.outputs.erase(made.outputs.begin());
    CHECK_FALSE(pays_instead(made, payment));
}
