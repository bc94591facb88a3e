// Sums and expectations of a block that is not found.
#include "payout/preview.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

Terms terms(BaseScheme base) {
    Terms terms;
    terms.base = base;
    terms.pplns_window = 4;
    terms.dgm_cross = Ppm(100'000);
    terms.base_fee = Ppm(20'000);
    terms.pps_fee = Ppm(40'000);
    terms.fpps_fee = Ppm(50'000);
    return terms;
}

constexpr BlockValue value{Satoshi(1'000'000), Satoshi(200'000)};

}  // namespace

TEST_CASE("what a block's worth of work earns is by the scheme it is paid by") {
    const auto pplns = per_block(value, terms(BaseScheme::pplns), {});
    CHECK(pplns.base == Satoshi(1'176'000));
    CHECK(pplns.pps == Satoshi(960'000));
    CHECK(pplns.pps_plus == Satoshi(960'000 + 196'000));
    CHECK(pplns.fpps == Satoshi(950'000));
    const auto dgm = per_block(value, terms(BaseScheme::dgm), {});
    CHECK(dgm.base == Satoshi(1'058'400));  // 1,200,000 * 0.9 * 0.98
    CHECK(dgm.pps_plus == Satoshi(960'000 + 176'400));
    const FeeDay fees{Satoshi(30), Satoshi(100), 10};
    CHECK(per_block(value, terms(BaseScheme::pplns), fees).fpps == Satoshi(1'235'000));
    const FeeDay barren{Satoshi(30), Satoshi(0), 10};
    CHECK(per_block(value, terms(BaseScheme::pplns), barren).fpps == Satoshi(950'000));
}

TEST_CASE("who finds blocks has the bonus of his own") {
    auto with_bonus = terms(BaseScheme::pplns);
    with_bonus.finder_bonus = Ppm(500'000);
    CHECK(per_block(value, with_bonus, {}).base == Satoshi(600'000 + 588'000));
}

TEST_CASE("a preview keeps the users' credits and sums up the others") {
    const std::optional<Window> window{Window{.held = Units::whole(3)}};
    const std::vector<Credit> credits{{{Payee::Kind::user, 2}, Satoshi(700'000)},
                                      {{Payee::Kind::user, 5}, Satoshi(300'000)},
                                      {{Payee::Kind::fee, 0}, Satoshi(20'000)},
                                      {{Payee::Kind::fee, 1}, Satoshi(4'000)},
                                      {{Payee::Kind::reserve, 0}, Satoshi(176'000)}};
    const auto preview = preview_of({.made = from_unix_ms(7),
                                     .height = 9,
                                     .value = value,
                                     .window = window,
                                     .credits = credits},
                                    terms(BaseScheme::pplns), {});
    CHECK(preview.made == from_unix_ms(7));
    CHECK(preview.height == 9);
    CHECK(preview.reward == Satoshi(1'200'000));
    CHECK(preview.held == Ppm(750'000));
    CHECK(preview.users == Satoshi(1'000'000));
    CHECK(preview.fees == Satoshi(24'000));
    CHECK(preview.reserve == Satoshi(176'000));
    REQUIRE(preview.credits.size() == 2);
    CHECK(preview.credits[1] == credits[1]);
}

TEST_CASE("a preview is made while somebody asks, and takes a tenth of the time") {
    PreviewPace pace;
    const UnixTime now = from_unix_ms(1'000'000);
    const SteadyTime at{1h};
    CHECK(pace.is_due(now, now, at));
    CHECK(pace.is_due(now - 14s, now, at));
    CHECK_FALSE(pace.is_due(now - 15s, now, at));
    pace.made(at, at + 100ms);
    CHECK_FALSE(pace.is_due(now, now, at + 4999ms));
    CHECK(pace.is_due(now, now, at + 5s));
    pace.made(at, at + 3s);
    CHECK_FALSE(pace.is_due(now, now, at + 29s));
    CHECK(pace.is_due(now, now, at + 30s));
}
