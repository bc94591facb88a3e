// Who is paid, and that every satoshi is accounted for.
#include "payout/payment/plan.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

#include "payout/payment/version.hpp"
#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr auto now = from_unix_ms(1'000'000);

PlanRules rules() {
    return {.network = network,
            .minimum = Satoshi(10'000),
            .batch_max = bitcoin::money_max,
            .day_max = bitcoin::money_max,
            .selection = {.rate = FeeRate(1'000)}};
}

PlanInput input_of(std::vector<Candidate> candidates, std::int64_t coins = 1'000'000) {
    return {.candidates = std::move(candidates),
            .coins = {coin(1, coins)},
            .change_address = address_of(change_number),
            .height = 100,
            .now = now};
}

Candidate candidate(std::uint32_t number, std::int64_t balance) {
    return {.owner = user(address_of(number)), .balance = Satoshi(balance)};
}

// The reason why the only candidate is not paid.
SkipReason refusal(const Candidate& only, const PlanRules& by = rules()) {
    const auto plan = plan_payment(input_of({only}), by).value();
    CHECK(plan.draft.items.empty());
    CHECK(plan.draft.inputs.empty());
    REQUIRE(plan.skipped.size() == 1);
    CHECK(plan.skipped[0].owner == only.owner);
    return plan.skipped[0].reason;
}

std::int64_t inputs_of(const PaymentPlan& plan) {
    std::int64_t sum = 0;
    for (const PaymentInput& each : plan.draft.inputs) sum += each.amount.value();
    return sum;
}

}  // namespace

TEST_CASE("a user is paid to the address that is the name") {
    const auto plan = plan_payment(input_of({candidate(1, 50'000)}), rules()).value();
    REQUIRE(plan.draft.items.size() == 1);
    CHECK(plan.draft.items[0].address == address_of(1));
    CHECK(plan.draft.items[0].script == script_of(1));
    CHECK(plan.draft.items[0].amount == Satoshi(50'000));
    CHECK(plan.draft.items[0].fee == Satoshi(0));
    CHECK(inputs_of(plan) == 50'000 + plan.draft.fee.value() + plan.change.value());
    CHECK(plan.draft.height == 100);
    CHECK(plan.skipped.empty());
}

TEST_CASE("an address of one's own comes before the name") {
    auto alice = candidate(1, 50'000);
    alice.address = address_of(9);
    const auto plan = plan_payment(input_of({alice}), rules()).value();
    REQUIRE(plan.draft.items.size() == 1);
    CHECK(plan.draft.items[0].address == address_of(9));
}

TEST_CASE("who may not be paid is told why, and the others are paid") {
    auto frozen = candidate(1, 50'000);
    frozen.frozen = "asked by a court";
    auto held = candidate(2, 50'000);
    held.held_until = now + std::chrono::milliseconds(1);
    auto bad = candidate(3, 50'000);
    bad.address = "bc1qnonsense";
    auto nameless = candidate(4, 50'000);
    nameless.owner.name = "alice";
    Candidate fee{.owner = {Owner::Kind::fee, address_of(5)}, .balance = Satoshi(50'000)};
    auto patient = candidate(6, 50'000);
    patient.minimum = Satoshi(50'001);
    CHECK(refusal(frozen) == SkipReason::frozen);
    CHECK(refusal(held) == SkipReason::held);
    CHECK(refusal(bad) == SkipReason::bad_address);
    CHECK(refusal(nameless) == SkipReason::no_address);
    CHECK(refusal(fee) == SkipReason::no_address);
    CHECK(refusal(patient) == SkipReason::below_minimum);
    CHECK(refusal(candidate(7, 9'999)) == SkipReason::below_minimum);
    const auto plan = plan_payment(
        input_of({frozen, held, bad, nameless, fee, patient, candidate(8, 50'000)}), rules());
    CHECK(plan.value().draft.items.size() == 1);
    CHECK(plan.value().skipped.size() == 6);
    CHECK(plan.value().skipped[0].detail == "asked by a court");
}

TEST_CASE("a hold and a minimum that are just over hold nobody") {
    auto alice = candidate(1, 50'000);
    alice.held_until = now;
    alice.minimum = Satoshi(50'000);
    CHECK(plan_payment(input_of({alice}), rules()).value().draft.items.size() == 1);
}

TEST_CASE("dust stays in the balance, by the kind of its output") {
    auto by = rules();
    by.minimum = Satoshi(1);
    CHECK(refusal(candidate(0, 293), by) == SkipReason::dust);
    CHECK(refusal(candidate(1, 545), by) == SkipReason::dust);
    CHECK(refusal(candidate(2, 329), by) == SkipReason::dust);
    CHECK(plan_payment(input_of({candidate(0, 294)}), by).value().draft.items.size() == 1);
}

TEST_CASE("who has more than the limits leave is paid a part") {
    auto by = rules();
    by.batch_max = Satoshi(70'000);
    const auto plan =
        plan_payment(input_of({candidate(1, 900'000), candidate(2, 40'000)}), by).value();
    REQUIRE(plan.draft.items.size() == 2);
    CHECK(plan.draft.items[0].amount == Satoshi(40'000));
    CHECK(plan.draft.items[1].amount == Satoshi(30'000));
    by.day_max = Satoshi(49'999);
    const auto day =
        plan_payment(input_of({candidate(1, 900'000), candidate(2, 40'000)}), by).value();
    CHECK(day.draft.items.size() == 1);
    REQUIRE(day.skipped.size() == 1);
    CHECK(day.skipped[0].reason == SkipReason::limit);
}

TEST_CASE("when the wallet is short the smallest are paid") {
    const auto plan = plan_payment(
        input_of({candidate(1, 60'000), candidate(2, 20'000), candidate(3, 30'000)}, 51'000),
        rules());
    CHECK(gross(plan.value().draft) == Satoshi(50'000));
    REQUIRE(plan.value().skipped.size() == 1);
    CHECK(plan.value().skipped[0].reason == SkipReason::next_payment);
    const auto none = plan_payment(input_of({candidate(1, 60'000)}, 60'000), rules()).value();
    CHECK(none.draft.items.empty());
    CHECK(none.skipped[0].reason == SkipReason::next_payment);
}

TEST_CASE("recipients who pay share the fee to the satoshi") {
    auto by = rules();
    by.fee_payer = FeePayer::recipients;
    const auto plan = plan_payment(
        input_of({candidate(1, 20'000), candidate(2, 30'000), candidate(3, 40'000)}), by);
    const PaymentDraft& draft = plan.value().draft;
    REQUIRE(draft.items.size() == 3);
    std::int64_t fees = 0;
    for (const PaymentItem& each : draft.items) fees += each.fee.value();
    CHECK(fees == draft.fee.value());
    CHECK(draft.items[0].fee.value() - draft.items[2].fee.value() <= 1);
    CHECK(inputs_of(plan.value()) == 90'000 + plan.value().change.value());
}

TEST_CASE("who the fee would bring below dust is carried") {
    auto by = rules();
    by.fee_payer = FeePayer::recipients;
    by.minimum = Satoshi(1);
    by.selection.rate = FeeRate(100'000);
    const auto plan =
        plan_payment(input_of({candidate(1, 2'000), candidate(2, 500'000)}), by).value();
    CHECK(plan.draft.items.size() == 1);
    REQUIRE(plan.skipped.size() == 1);
    CHECK(plan.skipped[0].reason == SkipReason::dust);
    // And when that leaves nobody, nothing is planned.
    CHECK(refusal(candidate(1, 2'000), by) == SkipReason::dust);
}

TEST_CASE("a payment is no larger than a standard transaction") {
    std::vector<Candidate> many;
    for (std::uint32_t i = 0; i < 4'000; ++i) many.push_back(candidate(i, 20'000));
    auto by = rules();
    by.outputs_max = 10'000;
    const auto plan = plan_payment(input_of(many, 1'000'000'000), by).value();
    CHECK(plan.weight <= by.selection.weight_max);
    CHECK(plan.draft.items.size() > 2'500);
    CHECK(plan.draft.items.size() + plan.skipped.size() == 4'000);
    const auto few = plan_payment(input_of(many, 1'000'000'000), rules()).value();
    CHECK(few.draft.items.size() == rules().outputs_max);
}

TEST_CASE("a change address of another network is refused") {
    auto input = input_of({candidate(1, 50'000)});
    input.change_address = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";
    CHECK(plan_payment(input, rules()).error().code == ErrorCode::malformed);
}

namespace {

// Rules, coins and candidates as chance will have them.
struct AnyPlan {
    explicit AnyPlan(std::mt19937_64& random) : random_(random) {
        by.fee_payer = below(2) == 0 ? FeePayer::pool : FeePayer::recipients;
        by.minimum = Satoshi(below(3) * 5'000);
        if (below(3) == 0) by.batch_max = Satoshi(below(200'000));
        if (below(3) == 0) by.day_max = Satoshi(below(200'000));
        by.outputs_max = 1 + random() % 12;
        by.selection.rate = FeeRate(1'000 + below(100'000));
        by.selection.inputs_max = 1 + random() % 10;
        by.selection.weight_max = 2'000 + random() % 20'000;
        by.selection.consolidate_above = random() % 10;
        input.coins.clear();
        for (std::int64_t i = below(15); i > 0; --i) {
            input.coins.push_back({{hash_of(static_cast<std::uint64_t>(i)), 0},
                                   Satoshi(1 + below(below(2) == 0 ? 5'000 : 200'000)),
                                   script_of(static_cast<std::uint32_t>(below(4))),
                                   below(4)});
        }
        for (std::int64_t i = below(15); i > 0; --i) {
            auto each = candidate(static_cast<std::uint32_t>(i), 1 + below(100'000));
            each.minimum = Satoshi(below(4) == 0 ? below(100'000) : 0);
            if (below(10) == 0) each.frozen = "x";
            if (below(10) == 0) each.address = "nonsense";
            balances[each.owner] = each.balance.value();
            input.candidates.push_back(each);
        }
    }
    std::int64_t below(std::uint64_t limit) { return static_cast<std::int64_t>(random_() % limit); }

    void check_items(const PaymentPlan& plan) {
        for (const PaymentItem& each : plan.draft.items) {
            REQUIRE((each.amount.value() > 0 && each.amount.value() <= balances.at(each.owner)));
            balances[each.owner] = 0;  // nobody twice
            REQUIRE(each.net() >= bitcoin::dust_limit(each.script));
            net += each.net().value();
            shares += each.fee.value();
        }
        REQUIRE(gross(plan.draft) <= std::min(by.batch_max, by.day_max));
        REQUIRE(plan.draft.items.size() <= by.outputs_max);
    }
    void check_fee(const PaymentPlan& plan) const {
        const Satoshi due = fee_of(by.selection.rate, plan.weight);
        REQUIRE(plan.draft.fee >= due);
        REQUIRE(Satoshi(shares) == (by.fee_payer == FeePayer::recipients ? due : Satoshi(0)));
        REQUIRE(plan.weight <= by.selection.weight_max);
        REQUIRE((plan.change == Satoshi(0) ||
                 plan.change >= bitcoin::dust_limit(script_of(change_number))));
    }
    void check_coins(const PaymentPlan& plan) const {
        REQUIRE(plan.draft.inputs.size() <= by.selection.inputs_max);
        int unconfirmed = 0;
        for (const PaymentInput& each : plan.draft.inputs) {
            const auto found = std::ranges::find(input.coins, each.coin, &Coin::at);
            REQUIRE(found != input.coins.end());
            unconfirmed += found->confirmations == 0 ? 1 : 0;
        }
        REQUIRE(unconfirmed <= 1);
        REQUIRE(inputs_of(plan) == net + plan.draft.fee.value() + plan.change.value());
    }
    // What is signed is what was planned.
    void check_version(const PaymentPlan& plan) const {
        const auto version = first_version(plan.draft, network).value();
        std::int64_t out = 0;
        for (const auto& output : version.transaction.outputs) out += output.amount.value();
        REQUIRE(out == net + plan.change.value());
    }

    PlanRules by = rules();
    PlanInput input = input_of({});
    std::map<Owner, std::int64_t> balances{};
    std::int64_t net = 0;
    std::int64_t shares = 0;

  private:
    std::mt19937_64& random_;
};

}  // namespace

TEST_CASE("any plan adds up, keeps to the limits and pays nobody more than the balance") {
    std::mt19937_64 random(20'261'121);
    int paid = 0;
    for (int round = 0; round < 20'000; ++round) {
        CAPTURE(round);
        AnyPlan any(random);
        const auto plan = plan_payment(any.input, any.by).value();
        REQUIRE(plan.draft.items.size() + plan.skipped.size() == any.input.candidates.size());
        if (plan.draft.items.empty()) {
            REQUIRE((plan.draft.inputs.empty() && plan.change == Satoshi(0)));
            continue;
        }
        ++paid;
        any.check_items(plan);
        any.check_fee(plan);
        any.check_coins(plan);
        any.check_version(plan);
    }
    CHECK(paid > 5'000);
}
