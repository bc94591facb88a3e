// A credit is told with every number that it came from.
#include "lode/explain_command.hpp"

#include "tests/lode/money_pool.hpp"

using namespace lode;
using namespace lode::launcher;
using bitcoin::Satoshi;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00

payout::Explanation explanation() {
    payout::Explanation told;
    told.block.height = 103;
    told.block.found = noon + std::chrono::milliseconds(1'234);
    told.terms.version = 2;
    told.terms.base_fee = payout::Ppm(20'000);
    told.value = {Satoshi(5'000'000'000), Satoshi(0)};
    told.window = payout::Window{.start = noon - std::chrono::minutes(3),
                                 .numerator = 1,
                                 .denominator = 3,
                                 .held = payout::Units((payout::Uint128{3} << 63))};
    told.rows_all = 1;
    told.rows.push_back({.start = noon, .work = bitcoin::Work(0, 7)});
    payout::DerivedPart part;
    part.weight = 7;
    part.whole = part.own = 21;
    part.amount = part.gross = told.value.subsidy;
    part.fee = Satoshi(100'000'000);
    part.floor_before = Satoshi(1);
    part.floor_after = Satoshi(1'633'333'334);
    told.derivation = payout::Derivation{.parts = {part}, .due = part.due()};
    told.posted = part.due();
    return told;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("shares, window, formula and rounding are told, and the ledger's word") {
    const auto text = explanation_text(explanation());
    CHECK(has(text, "found 2026-11-21 12:00:01.234 UTC"));
    CHECK(has(text, "terms 2: pplns, fee 2.0000 %"));
    CHECK(has(text, "window of 8 blocks' work: 1.500000 are in it, from 2026-11-21 11:57:00.000"));
    CHECK(has(text, "of its first bucket 1 / 3 count"));
    CHECK(has(text, "buckets of the user: 1, work 7"));
    CHECK(has(text, "subsidy, as base: weight 7 of 21"));
    CHECK(has(text, "16.33333334 - 0.00000001 = 16.33333333"));
    CHECK(has(text, "due 16.33333333"));
    CHECK(has(text, "in all 16.33333333 (1633333333 base units): the same"));
}

TEST_CASE("what differs from the ledger, or is the reserve's, is said") {
    auto told = explanation();
    told.posted = Satoshi(1);
    CHECK(has(explanation_text(told), "(1 base units): NOT the same"));
    auto& part = told.derivation->parts.front();
    part.floor_before = part.floor_after = {};
    CHECK_FALSE(has(explanation_text(told), "the reserve has this part"));
    part.scheme = payout::Scheme::pps_plus;
    CHECK(has(explanation_text(told), "the reserve has this part"));
    part.of = payout::DerivedPart::Of::fees;
    CHECK_FALSE(has(explanation_text(told), "the reserve has this part"));
    told.derivation->parts.clear();
    CHECK(has(explanation_text(told), "no work of the user counts for it"));
    told.derivation.reset();
    CHECK(has(explanation_text(told), "cannot be shown"));
}

TEST_CASE("a block that is not ours cannot be explained") {
    test::MoneyPool pool;
    for (const char* const block : {"103", "no", "-", ""}) {
        pool.options.payout = {.user = "alice", .block = block};
        CHECK(payout_explain(pool.options).error().code == ErrorCode::rejected);
    }
}
