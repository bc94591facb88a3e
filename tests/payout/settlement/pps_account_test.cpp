// Dues of the PPS family from sums.
#include "payout/settlement/pps_account.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace lode;
using namespace lode::payout;

namespace {

TermsBook book() {
    Terms terms;
    terms.version = 1;
    terms.pps_fee = Ppm(33'333);
    return TermsBook({terms});
}
const PpsKey key{{0x1d00ffff, Satoshi(312'500'000), 1}, {UserId(1), Scheme::pps}};

}  // namespace

TEST_CASE("an epoch tells the subsidy of its blocks, for any height") {
    for (const std::uint32_t interval : {150u, 210'000u}) {
        for (std::uint32_t height = 0; height < 1'000'000; height += 37) {
            const std::int64_t epoch = height / 2016 + height / interval;
            REQUIRE(subsidy_of_epoch(epoch, interval) == bitcoin::block_subsidy(height, interval));
        }
    }
    CHECK(subsidy_of_epoch(0, 210'000) == Satoshi(5'000'000'000));
    CHECK(subsidy_of_epoch(104, 210'000) == Satoshi(5'000'000'000));
    CHECK(subsidy_of_epoch(105, 210'000) == Satoshi(2'500'000'000));
}

TEST_CASE("pieces of work earn what all of it does") {
    for (std::uint64_t seed = 0; seed < 20'000; ++seed) {
        std::mt19937_64 random(seed);
        PpsSums stored;
        bitcoin::Work all;
        for (std::uint64_t i = 0; i < 1 + random() % 6; ++i) {
            const bitcoin::Work more(0, random() % 40'000);
            all += more;
            const auto dues = pps_dues(stored, {{key, more}}, book()).value();
            PpsSum& sum = stored[key];
            sum.work += more;
            if (!dues.empty()) {
                REQUIRE(dues.at(key).value() > 0);
                sum.posted = Satoshi(sum.posted.value() + dues.at(key).value());
            }
            REQUIRE(pps_dues(stored, {{key, {}}}, book()).value().empty());
        }
        const auto whole = pps_dues({}, {{key, all}}, book()).value();
        REQUIRE(stored[key].posted == (whole.empty() ? Satoshi(0) : whole.at(key)));
    }
}

TEST_CASE("what was posted once stays") {
    const PpsSums stored{{key, {bitcoin::Work(0, 5), Satoshi(1'000'000)}}};
    CHECK(pps_dues(stored, {{key, bitcoin::Work(0, 5)}}, book()).value().empty());
}

TEST_CASE("terms that are not there are an error") {
    auto other = key;
    other.price.terms_version = 2;
    CHECK(pps_dues({}, {{other, bitcoin::Work(0, 5)}}, book()).error().code == ErrorCode::internal);
    CHECK(fpps_dues({{other, bitcoin::Work(0, 5)}}, {}, book()).error().code ==
          ErrorCode::internal);
}
