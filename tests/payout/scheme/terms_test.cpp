// What terms are refused, and which hold when.
#include "payout/scheme/terms.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::payout;

namespace {

constexpr auto midnight = from_unix_ms(1'795'219'200'000);  // 2026-11-21
constexpr auto day = std::chrono::hours(24);

Terms good_terms() {
    Terms terms;
    terms.base_fee = Ppm(10'000);
    terms.recipients = {{"operator", Ppm(900'000)}, {"developers", Ppm(100'000)}};
    return terms;
}

template <class Change>
std::string refusal(Change change) {
    Terms terms = good_terms();
    change(terms);
    const auto checked = check_terms(terms);
    return checked ? "" : checked.error().context;
}

Terms version(std::int64_t number, UnixTime effective, BaseScheme base) {
    Terms terms = good_terms();
    terms.version = number;
    terms.effective = effective;
    terms.base = base;
    return terms;
}

}  // namespace

TEST_CASE("terms that cannot be kept are refused by the name of the setting") {
    CHECK(check_terms(good_terms()));
    CHECK(refusal([](Terms& t) { t.base_fee = Ppm(parts); }).starts_with("base_fee"));
    CHECK(refusal([](Terms& t) { t.pps_fee = Ppm(parts); }).starts_with("pps_fee"));
    CHECK(refusal([](Terms& t) { t.fpps_fee = Ppm(parts + 1); }).starts_with("fpps_fee"));
    CHECK(refusal([](Terms& t) { t.finder_bonus = Ppm(parts); }).starts_with("finder_bonus"));
    CHECK(refusal([](Terms& t) { t.pplns_window = 0; }).starts_with("pplns_window"));
    CHECK(refusal([](Terms& t) { t.effective = midnight + day / 2; }).find("midnight") !=
          std::string::npos);
    CHECK(refusal([](Terms& t) { t.effective = midnight; }).empty());
}

TEST_CASE("fee recipients share one million, each by a name of its own") {
    const auto with = [](std::vector<FeeRecipient> recipients) {
        return refusal([&](Terms& t) { t.recipients = recipients; });
    };
    CHECK(with({}).find("add up to 0,") != std::string::npos);
    CHECK(with({{"a", Ppm(parts - 1)}}).find("999999") != std::string::npos);
    CHECK(with({{"a", Ppm(500'000)}, {"a", Ppm(500'000)}}).find("twice") != std::string::npos);
    CHECK(with({{"", Ppm(parts)}}).find("name") != std::string::npos);
    CHECK(with({{std::string(65, 'a'), Ppm(parts)}}).find("name") != std::string::npos);
    CHECK(with({{"a", Ppm(0)}, {"b", Ppm(parts)}}).empty());
}

TEST_CASE("DGM needs a c of more than 0 and less than 1 and an o of less than 1") {
    const auto with = [](std::uint32_t cross, std::uint32_t keep) {
        return refusal([&](Terms& t) {
            t.base = BaseScheme::dgm;
            t.dgm_cross = Ppm(cross);
            t.dgm_keep = Ppm(keep);
        });
    };
    CHECK(with(100'000, 0).empty());
    CHECK(with(1, 999'999).empty());
    CHECK(with(0, 0).starts_with("dgm_cross"));
    CHECK(with(parts, 0).starts_with("dgm_cross"));
    CHECK(with(100'000, parts).starts_with("dgm_keep"));
    // They mean nothing to other schemes.
    CHECK(refusal([](Terms& t) { t.dgm_cross = Ppm(0); }).empty());
}

TEST_CASE("terms hold from their midnight on, the first ones from the beginning") {
    const TermsBook book({version(1, UnixTime(), BaseScheme::pplns),
                          version(2, midnight, BaseScheme::dgm),
                          version(5, midnight + day, BaseScheme::prop)});
    CHECK(book.at(UnixTime() - day).version == 1);
    CHECK(book.at(midnight - std::chrono::milliseconds(1)).version == 1);
    CHECK(book.at(midnight).version == 2);
    CHECK(book.at(midnight + 10 * day).version == 5);
    CHECK(book.version(2)->base == BaseScheme::dgm);
    CHECK(book.version(3) == nullptr);
}

TEST_CASE("a user has the scheme of his last choice, and the base scheme before the first") {
    TermsBook book({version(1, UnixTime(), BaseScheme::pplns)});
    book.choose({UserId(7), midnight + day, Scheme::fpps});
    book.choose({UserId(7), midnight, Scheme::pps});
    book.choose({UserId(7), midnight + 2 * day, Scheme::base});
    CHECK(book.scheme_of(UserId(7), midnight - std::chrono::milliseconds(1)) == Scheme::base);
    CHECK(book.scheme_of(UserId(7), midnight) == Scheme::pps);
    CHECK(book.scheme_of(UserId(7), midnight + day) == Scheme::fpps);
    CHECK(book.scheme_of(UserId(7), midnight + 3 * day) == Scheme::base);
    CHECK(book.scheme_of(UserId(8), midnight) == Scheme::base);
    book.choose({UserId(7), midnight, Scheme::pps_plus});
    CHECK(book.scheme_of(UserId(7), midnight) == Scheme::pps_plus);
}

TEST_CASE("no choice counts while the pool's scheme is PROP") {
    TermsBook book(
        {version(1, UnixTime(), BaseScheme::prop), version(2, midnight, BaseScheme::pplns)});
    book.choose({UserId(7), midnight - day, Scheme::pps});
    CHECK(book.scheme_of(UserId(7), midnight - std::chrono::milliseconds(1)) == Scheme::base);
    CHECK(book.scheme_of(UserId(7), midnight) == Scheme::pps);
}

TEST_CASE("a change waits for the next midnight") {
    CHECK(next_midnight(midnight) == midnight + day);
    CHECK(next_midnight(midnight + std::chrono::milliseconds(1)) == midnight + day);
    CHECK(next_midnight(midnight - std::chrono::milliseconds(1)) == midnight);
}

TEST_CASE("schemes by name") {
    for (const auto base : {BaseScheme::pplns, BaseScheme::prop, BaseScheme::dgm}) {
        CHECK(base_scheme_from(to_string(base)).value() == base);
    }
    for (const auto scheme : {Scheme::base, Scheme::pps, Scheme::pps_plus, Scheme::fpps}) {
        CHECK(scheme_from(to_string(scheme)).value() == scheme);
    }
    CHECK(base_scheme_from("pps").error().code == ErrorCode::malformed);
    CHECK(scheme_from("solo").error().code == ErrorCode::malformed);
}

TEST_CASE("terms kept while a clock was ahead do not come back over newer ones") {
    using std::chrono::days;
    const auto day = [](int number) { return UnixTime(days(number)); };
    // Version 2 was kept at a wrong time, version 3 when the clock was right again.
    const TermsBook book(
        {version(1, UnixTime(), BaseScheme::pplns), version(3, day(10), BaseScheme::prop),
         version(2, day(400), BaseScheme::dgm), version(4, day(500), BaseScheme::pplns)});
    CHECK(book.at(day(9)).version == 1);
    CHECK(book.at(day(10)).version == 3);
    CHECK(book.at(day(401)).version == 3);
    CHECK(book.at(day(500)).version == 4);
    CHECK(book.version(2)->base == BaseScheme::dgm);
}
