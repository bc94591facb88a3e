// Outputs of a forgotten payment become items: to the satoshi, never beyond a balance.
#include "payout/payment/sent.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr int cases = 20'000;

SentOutput output(std::uint32_t number, std::int64_t amount, std::vector<AddressOwner> payees) {
    return {address_of(number), script_of(number), Satoshi(amount), false, std::move(payees)};
}
AddressOwner alice(std::int64_t balance, std::int64_t pending = 0) {
    return {user("alice"), Satoshi(balance), Satoshi(pending)};
}
AddressOwner bob(std::int64_t balance) {
    return {user("bob"), Satoshi(balance)};
}
std::string refusal(SentMoney money) {
    const auto items = items_of(std::move(money));
    REQUIRE(items.has_error());
    CHECK(items.error().code == ErrorCode::rejected);
    return items.error().context;
}

}  // namespace

TEST_CASE("each output is its owner's, and change is nobody's") {
    SentOutput change = output(9, 700, {});
    change.own = true;
    const auto items =
        items_of({.outputs = {output(1, 500, {alice(900)}), change, output(2, 60, {bob(60)})}})
            .value();
    REQUIRE(items.size() == 2);
    CHECK(items[0] == PaymentItem{user("alice"), address_of(1), script_of(1), Satoshi(500)});
    CHECK(items[1].owner == user("bob"));
}

TEST_CASE("of two owners of an address the one whose balance just suffices is paid, each once") {
    const std::vector both{alice(900), bob(500)};
    const auto items = items_of({.outputs = {output(1, 400, both), output(1, 450, both)}}).value();
    CHECK(items[0].owner == user("bob"));
    CHECK(items[1].owner == user("alice"));
}

TEST_CASE("recipients who paid the fee bore equal parts of it, where they have them") {
    SentMoney money{.outputs = {output(1, 500, {alice(600)}), output(2, 60, {bob(111)})},
                    .fee = Satoshi(101),
                    .fee_payer = FeePayer::recipients};
    const auto items = items_of(money).value();
    CHECK(items[0].amount == Satoshi(551));
    CHECK(items[0].net() == Satoshi(500));
    CHECK(items[1].fee == Satoshi(50));
    money.outputs[1].payees = {bob(109)};
    const auto without = items_of(money).value();
    for (const PaymentItem& item : without) CHECK(item.fee == Satoshi(0));
}

TEST_CASE("what no balance covers is refused, or the reserve's when a person says so") {
    SentMoney money{.outputs = {output(1, 500, {alice(450)}), output(3, 70, {})}};
    CHECK(refusal(money).find(address_of(1)) != std::string::npos);
    money.rest = Rest::reserve;
    const auto items = items_of(money).value();
    REQUIRE(items.size() == 3);
    CHECK(items[0].amount == Satoshi(450));
    CHECK(items[1].owner.kind == Owner::Kind::reserve);
    CHECK(items[1].amount == Satoshi(50));
    CHECK(items[2].amount == Satoshi(70));
}

TEST_CASE("the reserve does not bear what may yet be somebody's own") {
    SentMoney money{.outputs = {output(1, 500, {alice(450, 50)})}, .rest = Rest::reserve};
    CHECK(refusal(money).find("wait") != std::string::npos);
}

TEST_CASE("what pays only the wallet is no payment") {
    SentOutput own = output(1, 500, {});
    own.own = true;
    CHECK_FALSE(refusal({.outputs = {own}, .rest = Rest::reserve}).empty());
}

TEST_CASE("items add up to the outputs and keep to the balances, whatever they are") {
    std::mt19937_64 random(20261121);
    const auto below = [&](std::uint64_t limit) {
        return static_cast<std::int64_t>(random() % limit);
    };
    int booked = 0;
    for (int i = 0; i < cases; ++i) {
        SentMoney money{.fee = Satoshi(below(500)),
                        .fee_payer = below(2) == 0 ? FeePayer::pool : FeePayer::recipients,
                        .rest = below(2) == 0 ? Rest::refused : Rest::reserve};
        std::map<Owner, std::int64_t> balances;
        std::int64_t out = 0;
        for (std::uint32_t number = 1; number <= 4; ++number) {
            std::vector<AddressOwner> payees;
            for (auto count = below(3); count > 0; --count) {
                const Owner owner = user(std::to_string(number) + "-" + std::to_string(count));
                balances[owner] = below(2'000);
                payees.push_back({owner, Satoshi(balances[owner])});
            }
            money.outputs.push_back(output(number, 1 + below(1'000), payees));
            out += money.outputs.back().amount.value();
        }
        const Satoshi fee = money.fee;
        const auto items = items_of(std::move(money));
        if (!items) continue;
        ++booked;
        std::int64_t net = 0;
        std::int64_t fees = 0;
        for (const PaymentItem& item : items.value()) {
            net += item.net().value();
            fees += item.fee.value();
            if (item.owner.kind == Owner::Kind::user) balances[item.owner] -= item.amount.value();
        }
        REQUIRE(net == out);
        REQUIRE((fees == 0 || fees == fee.value()));
        for (const auto& [owner, left] : balances) REQUIRE(left >= 0);
    }
    CHECK(booked > cases / 4);
}

TEST_CASE("the reason of a pause names the transaction and fits its column") {
    std::vector<UnknownSend> unknown(10'000, {hash_of(7), 0, {}});
    const std::string reason = pause_reason(unknown);
    CHECK(reason.find(bitcoin::to_display_hex(hash_of(7)) + " and 9999 more") != std::string::npos);
    CHECK(reason.size() <= 255);
}
