// What a share is worth under each scheme, whoever mines it and when: by simulation, each figure
// with its own sigma. Runs are independent: a pool works before the watched user comes, and goes on
// after he left until all his work is paid.
#include <catch2/catch_test_macros.hpp>
#include <numeric>

#include "payout/scheme/pps.hpp"
#include "tests/payout/scheme/simulated_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::simulated;

namespace {

constexpr double fee = 0.02;
constexpr std::uint64_t window_units = 2;
constexpr double active_units = 10;
constexpr int runs = 2'000;  // about 20,000 blocks: sigma is below 1 %

Terms terms_of(BaseScheme base, std::uint32_t cross, std::uint32_t keep) {
    Terms terms;
    terms.base = base;
    terms.base_fee = Ppm(static_cast<std::uint32_t>(fee * parts));
    terms.dgm_cross = Ppm(cross);
    terms.dgm_keep = Ppm(keep);
    terms.recipients = {{"operator", Ppm(parts)}};
    return terms;
}
Terms simple(BaseScheme base) {
    return terms_of(base, 100'000, 0);
}

// Leaves a round when it is as old as where PROP pays less than the share is worth.
double hopper(double age) {
    return age < 0.435 ? 0.1 : 0.0;
}
// There and away by chance, whatever the blocks.
Strategy visitor(cases::Random& random) {
    auto there = std::make_shared<bool>(true);
    return [there, &random](double) {
        if (cases::below(random, 20) == 0) *there = !*there;
        return *there ? 0.2 : 0.0;
    };
}
double nobody(double) {
    return 0.0;
}

enum class Who : std::uint8_t { hopper, visitor };

struct Setting {
    Terms terms;
    std::function<Divider()> divider;  // a new one for each run
    double emptied;                    // units after which work counts no more
};

std::vector<Run> simulate(const Setting& setting, Who who, Scheme neighbours = Scheme::base) {
    cases::Random random(20261121);
    std::vector<Run> out;
    for (int i = 0; i < runs; ++i) {
        Pool pool(random, setting.terms, setting.divider());
        pool.pay_neighbour_by(neighbours);
        pool.work(window_units, nobody);  // the user comes at any age of a round
        pool.work(active_units, who == Who::hopper ? Strategy(hopper) : visitor(random));
        pool.work(setting.emptied, nobody);
        pool.finish_round();
        out.push_back(run_of(pool));
    }
    return out;
}

Setting pplns_setting() {
    return {simple(BaseScheme::pplns), [] { return pplns(Units::whole(window_units)); },
            window_units + 0.1};
}
Setting prop_setting() {
    return {simple(BaseScheme::prop), [] { return prop(); }, 0.1};
}
Setting dgm_setting(std::uint32_t cross, std::uint32_t keep) {
    const Terms terms = terms_of(BaseScheme::dgm, cross, keep);
    const double c = cross / 1e6;
    const double kappa = (1 - c) * (1 - keep / 1e6) / c;
    return {terms, [terms] { return dgm(terms); }, 12 / kappa};  // e^-12 of a score is left
}

void check_fair(const Pay& pay, double expected) {
    INFO("paid " << pay.ratio << " of its worth, sigma " << pay.sigma << ", due " << expected);
    CHECK(std::abs(pay.ratio - expected) < 4 * pay.sigma);
    CHECK(pay.sigma < 0.01);
}

}  // namespace

TEST_CASE("a share under PPLNS is worth (1-f) p B to who comes and goes and to who hops") {
    check_fair(measure(simulate(pplns_setting(), Who::visitor)), 1 - fee);
    check_fair(measure(simulate(pplns_setting(), Who::hopper)), 1 - fee);
}

TEST_CASE("a share under DGM is worth (1-c)(1-f) p B to who comes and goes and to who hops") {
    const double expected = (1 - 0.1) * (1 - fee);
    check_fair(measure(simulate(dgm_setting(100'000, 0), Who::visitor)), expected);
    check_fair(measure(simulate(dgm_setting(100'000, 0), Who::hopper)), expected);
    // Where a block leaves scores.
    check_fair(measure(simulate(dgm_setting(200'000, 400'000), Who::hopper)),
               (1 - 0.2) * (1 - fee));
}

TEST_CASE("a share under PROP is worth more to who hops") {
    check_fair(measure(simulate(prop_setting(), Who::visitor)), 1 - fee);
    const Pay hopping = measure(simulate(prop_setting(), Who::hopper));
    CHECK(hopping.ratio - 4 * hopping.sigma > 1.5);
}

TEST_CASE("shares under PPS are worth (1-f) p B, with no variance but one rounding") {
    cases::Random random(21);
    const bitcoin::Work network = network_work(easy).value();
    const Price price{network, value.subsidy, Ppm(static_cast<std::uint32_t>(fee * parts))};
    for (int i = 0; i < cases::exact_cases; ++i) {
        const std::uint64_t shares = 1 + cases::below(random, 1'000'000);
        const double due = static_cast<double>(shares) * share_work /
                           static_cast<double>(number(network)) * (1 - fee) *
                           static_cast<double>(value.subsidy.value());
        const auto paid = pps_earned(bitcoin::Work(0, shares * share_work), price);
        REQUIRE(std::abs(static_cast<double>(paid.value()) - due) <= 1.001);
    }
}

TEST_CASE("a PPLNS user's pay and its variance are the same beside PPS neighbours") {
    const auto beside_base = simulate(pplns_setting(), Who::visitor);
    const auto beside_pps = simulate(pplns_setting(), Who::visitor, Scheme::pps);
    const auto variance = [](const std::vector<Run>& of) {
        double sum = 0;
        for (const Run& run : of) sum += std::pow(run.paid - (1 - fee) * run.worth, 2);
        return sum / static_cast<double>(of.size());
    };
    for (std::size_t i = 0; i < beside_base.size(); ++i) {
        REQUIRE(beside_base[i].worth == beside_pps[i].worth);
        // The same blocks: a few base units of rounding each.
        REQUIRE(std::abs(beside_base[i].paid - beside_pps[i].paid) < 1e-6);
    }
    CHECK(variance(beside_base) > 1e-3);
    CHECK(std::abs(variance(beside_pps) / variance(beside_base) - 1) < 1e-6);
}

namespace {

// PPLNS as it is often done: the last window_units * D of work, by the D of the block's time.
Divider naive_pplns() {
    return [](const History& history) {
        const Uint128 network = number(network_work(history.bits).value());
        const Uint128 all = network * window_units;
        HolderSums sums;
        Uint128 left = all;
        for (auto row = history.rows.rbegin(); row != history.rows.rend() && left > 0; ++row) {
            const Uint128 work = std::min(left, number(row->work));
            sums.add({row->user, row->scheme}, work);
            left -= work;
        }
        Weights weights = sums.weights();
        weights.whole = all;
        return weights;
    };
}

// The difficulty doubles. The user works for one unit, which ends so many units before that.
Pay across_retarget(const std::function<Divider()>& divider, double ends_before) {
    cases::Random random(22);
    std::vector<Run> out;
    for (int i = 0; i < runs; ++i) {
        Pool pool(random, simple(BaseScheme::pplns), divider());
        pool.work(4.1, nobody);  // a doubled window reaches back behind what the old one forgot
        pool.work(1, [](double) { return 0.2; });
        pool.work(ends_before, nobody);
        pool.retarget(hard);
        pool.work(window_units + 0.1, nobody);
        out.push_back(run_of(pool));
    }
    return measure(out);
}

}  // namespace

TEST_CASE("before a retarget unit-PPLNS pays every share alike, naive PPLNS does not") {
    const auto ours = [] { return pplns(Units::whole(window_units)); };
    const auto naive = [] { return naive_pplns(); };
    for (const double ends_before : {0.0, 2.0}) {
        const Pay pay = across_retarget(ours, ends_before);
        INFO("paid " << pay.ratio << ", sigma " << pay.sigma);
        CHECK(std::abs(pay.ratio - (1 - fee)) < 4 * pay.sigma);
        CHECK(pay.sigma < 0.02);
    }
    // By integrals: 11/16 and 19/16 of what a share is worth.
    const Pay late = across_retarget(naive, 0);
    CHECK(late.ratio + 4 * late.sigma < 0.8 * (1 - fee));
    const Pay early = across_retarget(naive, 2);
    CHECK(early.ratio - 4 * early.sigma > 1.05 * (1 - fee));
}
