// What makes a ledger transaction right.
#include "payout/ledger/ledger.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;

namespace {

Entry entry(const std::string& user, std::int64_t amount) {
    return {{{Owner::Kind::user, user}, Pot::balance}, Satoshi(amount)};
}
Transaction with(std::vector<Entry> entries) {
    return {.key = "test 1", .entries = std::move(entries)};
}

}  // namespace

TEST_CASE("a transaction adds up to zero, each account once") {
    CHECK(check(with({entry("a", 5), entry("b", -3), entry("c", -2)})));
    for (const auto& wrong : {with({}), with({entry("a", 5), entry("b", -4)}),
                              with({entry("a", 0)}), with({entry("a", 5), entry("a", -5)}),
                              with({entry("a", bitcoin::money_max.value() + 1),
                                    entry("b", -bitcoin::money_max.value() - 1)})}) {
        const auto checked = check(wrong);
        REQUIRE_FALSE(checked);
        CHECK(checked.error().code == ErrorCode::internal);
        CHECK(checked.error().context.find("test 1") != std::string::npos);
    }
}

TEST_CASE("sums that would leave 64 bits are refused") {
    std::vector<Entry> entries;
    for (int i = 0; i < 4'500; ++i) {
        entries.push_back(entry(std::to_string(i), bitcoin::money_max.value()));
    }
    CHECK_FALSE(check(with(entries)));
}

TEST_CASE("only the world and the reserve may owe") {
    CHECK(may_be_negative({{Owner::Kind::world, ""}, Pot::mined}));
    CHECK(may_be_negative({{Owner::Kind::reserve, ""}, Pot::balance}));
    CHECK_FALSE(may_be_negative({{Owner::Kind::reserve, ""}, Pot::immature}));
    CHECK_FALSE(may_be_negative({{Owner::Kind::user, "a"}, Pot::balance}));
    CHECK_FALSE(may_be_negative({{Owner::Kind::fee, "pool"}, Pot::locked}));
}

TEST_CASE("names of kinds and pots are read back as written") {
    for (const auto kind :
         {Owner::Kind::user, Owner::Kind::fee, Owner::Kind::reserve, Owner::Kind::world}) {
        CHECK(owner_kind_from(to_string(kind)).value() == kind);
    }
    for (const auto pot : {Pot::immature, Pot::balance, Pot::locked, Pot::paid, Pot::mined,
                           Pot::network_fee, Pot::deposited}) {
        CHECK(pot_from(to_string(pot)).value() == pot);
    }
    CHECK(owner_kind_from("nobody").error().code == ErrorCode::internal);
    CHECK(pot_from("flower").error().code == ErrorCode::internal);
    CHECK(to_string(Reason::deposit) == "deposit");
    CHECK(describe({{Owner::Kind::user, "alice"}, Pot::locked}) == "user alice, locked");
    CHECK(describe({{Owner::Kind::reserve, ""}, Pot::balance}) == "reserve, balance");
}
