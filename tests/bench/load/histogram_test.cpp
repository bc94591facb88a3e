// Percentiles against sorted durations.
#include "tests/bench/load/histogram.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

namespace lode::load {
namespace {

TEST_CASE("a percentile is within 3 % of the sorted duration") {
    std::mt19937_64 random(7);
    std::vector<std::int64_t> all;
    Histogram histogram;
    for (int i = 0; i < 20'000; ++i) {
        all.push_back(static_cast<std::int64_t>(random() >> (random() % 60 + 3)));
        histogram.add(all.back());
    }
    std::ranges::sort(all);
    for (const unsigned thousandths : {1U, 10U, 500U, 900U, 990U, 999U, 1000U}) {
        const auto index = (all.size() * thousandths + 999) / 1000 - 1;
        const std::int64_t exact = all[index];
        CHECK(std::abs(histogram.at(thousandths) - exact) <= exact / 32 + 1);
    }
    CHECK(histogram.max() == all.back());
    CHECK(histogram.count() == all.size());
}

TEST_CASE("an empty histogram has zeros, and nothing is below zero") {
    Histogram histogram;
    CHECK(histogram.at(990) == 0);
    histogram.add(-5);
    CHECK(histogram.at(500) == 0);
    CHECK(histogram.count() == 1);
}

TEST_CASE("the longest duration there is has a bucket") {
    Histogram histogram;
    histogram.add(INT64_MAX);
    CHECK(histogram.at(1000) > INT64_MAX / 32 * 31);
}

}  // namespace
}  // namespace lode::load
