// Scores against the step by step form in long double, whatever the order of rows.
#include "payout/scheme/dgm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <map>

#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

constexpr std::uint32_t easy = 0x1b00ffff;
constexpr std::uint32_t hard = 0x1a7fff80;  // twice as hard
constexpr auto begin = from_unix_ms(1'795'262'400'000);

Terms dgm(std::uint32_t cross, std::uint32_t keep) {
    Terms terms;
    terms.base = BaseScheme::dgm;
    terms.dgm_cross = Ppm(cross);
    terms.dgm_keep = Ppm(keep);
    terms.recipients = {{"operator", Ppm(parts)}};
    return terms;
}
// c of a thousandth and more, so kappa below 1,000.
Terms any_dgm(cases::Random& random) {
    return dgm(static_cast<std::uint32_t>(1'000 + cases::below(random, parts - 1'000)),
               static_cast<std::uint32_t>(cases::below(random, parts)));
}

bitcoin::Work blocks(double count, std::uint32_t bits) {
    const double network = static_cast<double>(number(network_work(bits).value()));
    return work_of(static_cast<Uint128>(count * network));
}

std::vector<Bucket> any_rows(cases::Random& random) {
    std::vector<Bucket> rows;
    const std::uint64_t count = cases::below(random, 25);
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::int64_t>(cases::below(random, 8));
        rows.push_back({begin + std::chrono::minutes(at),
                        UserId(static_cast<std::int64_t>(1 + cases::below(random, 5))),
                        at > 4 || cases::below(random, 9) == 0 ? hard : easy,
                        static_cast<Scheme>(cases::below(random, 4)),
                        work_of(cases::any_number(random, 51))});  // up to half a block
    }
    return rows;
}
std::vector<BucketSum> sums_of(const std::vector<Bucket>& rows) {
    std::map<std::pair<UnixTime, std::uint32_t>, bitcoin::Work> sums;
    for (const Bucket& row : rows) sums[{row.start, row.bits}] += row.work;
    std::vector<BucketSum> out;
    for (auto at = sums.rbegin(); at != sums.rend(); ++at) {
        out.push_back({at->first.first, at->first.second, at->second});
    }
    return out;
}
Weights weights_of(const std::vector<Bucket>& rows, const Terms& terms,
                   const std::vector<Weight>& before = {}) {
    DgmRound round = DgmRound::make(sums_of(rows), terms).value();
    REQUIRE(round.add(rows));
    return round.weights(before).value();
}
Uint128 sum_of(const std::vector<Weight>& weights) {
    Uint128 sum = 0;
    for (const Weight& weight : weights) sum += weight.weight;
    return sum;
}

using Scores = std::map<Holder, long double>;

// Bucket after bucket, each multiplying all scores: the form of the definition.
Scores step_by_step(const std::vector<Bucket>& rows, const Terms& terms, Scores scores) {
    const long double c = static_cast<long double>(terms.dgm_cross.value()) / parts;
    const long double o = static_cast<long double>(terms.dgm_keep.value()) / parts;
    const long double kappa = (1 - c) * (1 - o) / c;
    const auto units = [](const Bucket& row) {
        return static_cast<long double>(number(row.work)) /
               static_cast<long double>(number(network_work(row.bits).value()));
    };
    std::map<UnixTime, std::vector<const Bucket*>> by_start;
    for (const Bucket& row : rows) by_start[row.start].push_back(&row);
    for (const auto& [start, bucket] : by_start) {
        long double all = 0;
        for (const Bucket* row : bucket) all += units(*row);
        if (all == 0) continue;
        for (auto& [holder, score] : scores) score *= std::exp(-kappa * all);
        for (const Bucket* row : bucket) {
            scores[{row->user, row->scheme}] += -std::expm1(-kappa * all) * units(*row) / all;
        }
    }
    return scores;
}

}  // namespace

TEST_CASE("scores are those of the step by step form") {
    cases::Random random(16);
    for (int i = 0; i < 2'000; ++i) {
        const Terms terms = any_dgm(random);
        const auto rows = any_rows(random);
        const auto earlier = dgm_keep(weights_of(any_rows(random), any_dgm(random)), terms);
        Scores before;
        for (const Weight& score : earlier) {
            before[score.holder] = std::ldexp(static_cast<long double>(score.weight), -64);
        }
        const Scores expected = step_by_step(rows, terms, before);
        const Weights weights = weights_of(rows, terms, earlier);
        CHECK(weights.whole == dgm_one);
        Scores got;
        for (const Weight& weight : weights.of) {
            got[weight.holder] = std::ldexp(static_cast<long double>(weight.weight), -64);
        }
        for (const auto& [holder, score] : expected) {
            REQUIRE(std::abs(got[holder] - score) < 1e-12L);
        }
    }
}

TEST_CASE("what a round gives and what it leaves of earlier scores is one, never more") {
    cases::Random random(17);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Terms terms = any_dgm(random);
        const auto rows = any_rows(random);
        // With a full score before the round, what it lost is what the round gave.
        const std::vector<Weight> full{{{UserId(9), Scheme::base}, dgm_one}};
        const Uint128 sum = sum_of(weights_of(rows, terms, full).of);
        REQUIRE(sum <= dgm_one);
        REQUIRE(sum + (Uint128{1} << 16) >= dgm_one);  // 2^-48, a millionth of a base unit
    }
}

TEST_CASE("the order of rows and how they are cut into pieces change no score") {
    cases::Random random(18);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Terms terms = any_dgm(random);
        auto rows = any_rows(random);
        const auto sums = sums_of(rows);
        const auto expected = weights_of(rows, terms).of;
        std::ranges::shuffle(rows, random);
        if (!rows.empty()) {
            const Uint128 work = number(rows[0].work);
            rows.push_back(rows[0]);
            rows[0].work = work_of(work / 3);
            rows.back().work = work_of(work - work / 3);
        }
        DgmRound round = DgmRound::make(sums, terms).value();
        for (std::size_t from = 0; from < rows.size(); from += 4) {
            REQUIRE(round.add(
                std::span(rows).subspan(from, std::min<std::size_t>(4, rows.size() - from))));
        }
        REQUIRE(round.weights({}).value().of == expected);
    }
}

TEST_CASE("a block divided by scores gives all of its value, the rest to the reserve") {
    cases::Random random(19);
    for (int i = 0; i < cases::exact_cases; ++i) {
        Terms terms = any_dgm(random);
        terms.base_fee = cases::any_rate(random);
        const Satoshi value = cases::any_amount(random);
        const Weights weights = weights_of(any_rows(random), terms);
        std::int64_t sum = 0;
        for (const Credit& credit : credit_block({{value, {}}, {UserId(1)}, weights}, terms)) {
            sum += credit.amount.value();
        }
        REQUIRE(sum == value.value());
    }
}

TEST_CASE("a cut that pays nobody changes no score") {
    cases::Random random(20);
    for (int i = 0; i < 2'000; ++i) {
        const Terms terms = any_dgm(random);
        const auto rows = any_rows(random);
        std::vector<Bucket> early;
        std::vector<Bucket> late;
        for (const Bucket& row : rows) {
            (row.start < begin + std::chrono::minutes(4) ? early : late).push_back(row);
        }
        const Weights once = weights_of(rows, terms);
        const Weights twice = weights_of(late, terms, weights_of(early, terms).of);
        for (const Weight& weight : once.of) {
            const auto same = std::ranges::find(twice.of, weight.holder, &Weight::holder);
            const Uint128 other = same == twice.of.end() ? 0 : same->weight;
            REQUIRE(std::max(other, weight.weight) - std::min(other, weight.weight) < Uint128{1}
                                                                                          << 16);
        }
    }
}

TEST_CASE("work too old to count need not be there") {
    const Terms terms = dgm(1'000, 0);  // kappa = 999: one unit is e^-999
    std::vector<Bucket> rows{
        {begin, UserId(1), easy, Scheme::base, blocks(1, easy)},
        {begin + std::chrono::minutes(1), UserId(2), easy, Scheme::base, blocks(1, easy)},
        {begin + std::chrono::minutes(2), UserId(3), easy, Scheme::base, blocks(0.001, easy)}};
    const Weights all = weights_of(rows, terms);
    CHECK(all.of.size() == 2);
    DgmRound round = DgmRound::make(sums_of(rows), terms).value();
    rows.erase(rows.begin());
    REQUIRE(round.add(rows));
    CHECK(round.weights({}).value().of == all.of);
}

TEST_CASE("rows that are not their sums are refused") {
    const Terms terms = dgm(100'000, 0);
    const std::vector<Bucket> rows{{begin, UserId(1), easy, Scheme::base, blocks(0.01, easy)},
                                   {begin, UserId(2), easy, Scheme::base, blocks(0.02, easy)}};
    const auto sums = sums_of(rows);
    DgmRound fewer = DgmRound::make(sums, terms).value();
    REQUIRE(fewer.add(std::span(rows).first(1)));
    CHECK(fewer.weights({}).error().code == ErrorCode::unavailable);
    DgmRound more = DgmRound::make(sums, terms).value();
    REQUIRE(more.add(rows));
    CHECK(more.add(std::span(rows).first(1)).error().code == ErrorCode::unavailable);
    auto other = rows;
    other[1].start += std::chrono::minutes(1);
    DgmRound strange = DgmRound::make(sums, terms).value();
    CHECK(strange.add(other).error().code == ErrorCode::unavailable);
    other[1].start -= std::chrono::minutes(2);
    DgmRound older = DgmRound::make(sums, terms).value();
    CHECK(older.add(other).error().code == ErrorCode::unavailable);
    CHECK(DgmRound::make(std::vector<BucketSum>{{begin, 0, blocks(1, easy)}}, terms).error().code ==
          ErrorCode::malformed);
}

TEST_CASE("a round without work leaves scores as they are") {
    const std::vector<Weight> before{{{UserId(4), Scheme::base}, dgm_one / 3}};
    CHECK(weights_of({}, dgm(100'000, 0), before).of == before);
    CHECK(weights_of({}, dgm(100'000, 0)).of.empty());
}

TEST_CASE("a paid block leaves o of each score") {
    const Weights paid{{{{UserId(1), Scheme::base}, 1'000'000}, {{UserId(2), Scheme::pps}, 3}},
                       dgm_one};
    CHECK(dgm_keep(paid, dgm(100'000, 0)).empty());
    CHECK(dgm_keep(paid, dgm(100'000, 300'000)) ==
          std::vector<Weight>{{{UserId(1), Scheme::base}, 300'000}});
}

TEST_CASE("DGM is refused where a share is too large a part of a block") {
    const Terms terms = dgm(100'000, 0);  // kappa = 9
    const auto share = [](double p) { return Units(static_cast<Uint128>(p * 0x1p64)); };
    CHECK(check_dgm(terms, share(1e-5)));
    CHECK(check_dgm(terms, share(1.1e-4)));
    CHECK(check_dgm(terms, share(1.12e-4)).error().code == ErrorCode::rejected);
    CHECK(check_dgm(terms, Units::whole(1)).error().code == ErrorCode::rejected);
    CHECK(check_dgm(dgm(900'000, 900'000), share(0.09)));  // kappa = 1/90
    CHECK(check_dgm(dgm(1, 0), Units((Uint128{1} << 127) - 1)).error().code == ErrorCode::rejected);
    Terms other = terms;
    other.base = BaseScheme::pplns;
    CHECK(check_dgm(other, Units::whole(1)));
}
