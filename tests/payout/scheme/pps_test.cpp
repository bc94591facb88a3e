// Pay per share: nothing is lost to rounding, and the formula holds to the base unit.
#include "payout/scheme/pps.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <limits>

#include "payout/scheme/wide.hpp"
#include "tests/payout/scheme/cases.hpp"

using namespace lode;
using namespace lode::payout;

namespace {

using bitcoin::Uint256;

Price any_price(cases::Random& random) {
    return {work_of(cases::any_number(random, 90) | (Uint128{1} << 40)),
            Satoshi(static_cast<std::int64_t>(cases::below(random, 5'000'000'001))),
            cases::any_rate(random)};
}
// Of up to a thousand blocks.
bitcoin::Work any_work(cases::Random& random, const Price& price) {
    return work_of(number(price.network) * cases::below(random, 1000) +
                   cases::any_number(random, 100) % number(price.network));
}
FeeDay any_day(cases::Random& random) {
    return {Satoshi(static_cast<std::int64_t>(cases::below(random, 1'000'000'000))),
            Satoshi(static_cast<std::int64_t>(1 + cases::below(random, 90'000'000'000))), 144};
}
Uint256 times(const Uint256& a, std::uint64_t b) {
    return multiply(a, b).low;
}
std::uint64_t plain(Satoshi amount) {
    return static_cast<std::uint64_t>(amount.value());
}

ChainBlock block(std::uint32_t height, std::int64_t fees) {
    return {height, Satoshi(fees), Satoshi(1000)};
}

}  // namespace

TEST_CASE("earnings are the floor of work * subsidy * (1 - f) / network") {
    cases::Random random(13);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Price price = any_price(random);
        const bitcoin::Work work = any_work(random, price);
        const Uint256 all =
            times(times(wide(number(work)), plain(price.subsidy)), parts - price.fee.value());
        const Uint256 one = times(wide(number(price.network)), parts);
        const std::uint64_t earned = plain(pps_earned(work, price));
        REQUIRE(times(one, earned) <= all);
        REQUIRE(times(one, earned + 1) > all);

        const FeeDay day = any_day(random);
        const std::uint64_t fees = plain(fpps_fees_earned(work, price, day));
        const Uint256 whole = times(one, plain(day.subsidies));
        REQUIRE(times(whole, fees) <= times(all, plain(day.fees)));
        REQUIRE(times(whole, fees + 1) > times(all, plain(day.fees)));
    }
}

TEST_CASE("posted share by share a miner has what all his work earns at once") {
    cases::Random random(14);
    for (int i = 0; i < cases::exact_cases; ++i) {
        const Price price = any_price(random);
        bitcoin::Work sum;
        std::int64_t posted = 0;
        for (int k = 0; k < 10; ++k) {
            // Shares worth less than a base unit each are among them.
            sum += work_of(cases::any_number(random, 60));
            const std::int64_t due = pps_earned(sum, price).value() - posted;
            REQUIRE(due >= 0);
            posted += due;
        }
        REQUIRE(posted == pps_earned(sum, price).value());
    }
}

TEST_CASE("a million shares of a third of a base unit are a third of a million base units") {
    const Price price{bitcoin::Work(0, 3'000), Satoshi(1'000), Ppm(0)};
    std::int64_t posted = 0;
    for (std::uint64_t shares = 1; shares <= 1'000'000; ++shares) {
        posted += pps_earned(bitcoin::Work(0, shares), price).value() - posted;
    }
    CHECK(posted == 333'333);
}

TEST_CASE("the fee is kept from what a share pays") {
    const bitcoin::Work network(1 << 12, 0);
    const bitcoin::Work hundredth = work_of(number(network) / 100);
    CHECK(pps_earned(hundredth, {network, Satoshi(312'500'000), Ppm(20'000)}) ==
          Satoshi(3'062'499));  // the hundredth was rounded down
    CHECK(pps_earned(network, {network, Satoshi(312'500'000), Ppm(0)}) == Satoshi(312'500'000));
    CHECK(pps_earned(network, {network, Satoshi(312'500'000), Ppm(parts)}) == Satoshi(0));
    CHECK(pps_earned(bitcoin::Work(), {network, Satoshi(312'500'000), Ppm(0)}) == Satoshi(0));
}

TEST_CASE("a fee day leaves out three blocks of most and three of least fees") {
    CHECK_FALSE(fee_day({}));
    CHECK_FALSE(
        fee_day({block(1, 5), block(2, 5), block(3, 5), block(4, 5), block(5, 5), block(6, 5)}));
    const auto seven = fee_day({block(1, 90), block(2, 1), block(3, 80), block(4, 3), block(5, 10),
                                block(6, 2), block(7, 70)});
    REQUIRE(seven);
    CHECK(seven->fees == Satoshi(10));
    CHECK(seven->subsidies == Satoshi(1000));
    CHECK(seven->blocks == 1);
    // phi = 1 + 10 / 1000: the fees' part of a whole block's work is a hundredth of the subsidy.
    const bitcoin::Work network(0, 1'000'000);
    CHECK(fpps_fees_earned(network, {network, Satoshi(1000), Ppm(0)}, *seven) == Satoshi(10));
    CHECK(fpps_fees_earned(network, {network, Satoshi(1000), Ppm(100'000)}, *seven) == Satoshi(9));
}

TEST_CASE("a fee day is the same whatever the order of its blocks") {
    cases::Random random(15);
    for (int i = 0; i < 2'000; ++i) {
        std::vector<ChainBlock> blocks;
        const std::uint64_t count = cases::below(random, 20);
        for (std::uint32_t h = 0; h < count; ++h) {
            // Few values, so that ties come; the subsidy halves within the day.
            blocks.push_back({h, Satoshi(static_cast<std::int64_t>(cases::below(random, 4))),
                              Satoshi(h < 7 ? 100 : 50)});
        }
        const auto day = fee_day(blocks);
        std::ranges::shuffle(blocks, random);
        const auto again = fee_day(blocks);
        REQUIRE(day.has_value() == (count > 6));
        if (!day) continue;
        REQUIRE(day->fees == again->fees);
        REQUIRE(day->subsidies == again->subsidies);
        REQUIRE(day->blocks == count - 6);
    }
}

TEST_CASE("a day without any subsidy has no fees' part") {
    CHECK_FALSE(fee_day(std::vector<ChainBlock>(10, {1, Satoshi(5), Satoshi(0)})));
}

TEST_CASE("ruin of the reserve falls with the reserve and the fee") {
    const Satoshi block(312'500'000);
    const Satoshi fifty(50 * block.value());
    CHECK_THAT(ruin_probability(fifty, {block, Ppm(20'000)}),
               Catch::Matchers::WithinRel(std::exp(-2.0), 1e-12));
    CHECK(ruin_probability(fifty, {block, Ppm(50'000)}) < 0.007);
    CHECK(ruin_probability(Satoshi(0), {block, Ppm(50'000)}) == 1.0);
    CHECK(ruin_probability(Satoshi(-1), {block, Ppm(50'000)}) == 1.0);
    CHECK(ruin_probability(fifty, {block, Ppm(0)}) == 1.0);
}

TEST_CASE("work worth more than an int64 holds earns that and ends nothing") {
    const auto most = Satoshi(std::numeric_limits<std::int64_t>::max());
    const Price price{work_of(2), Satoshi(5'000'000'000), Ppm(0)};
    CHECK(pps_earned(work_of(Uint128{1} << 64), price) == most);
    CHECK(pps_earned(work_of(~Uint128{0}), price) == most);
    CHECK(fpps_fees_earned(work_of(~Uint128{0}), price, {Satoshi(9), Satoshi(1), 7}) == most);
}
