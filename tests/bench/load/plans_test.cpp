// The times of an open loop.
#include "tests/bench/load/plans.hpp"

#include <catch2/catch_test_macros.hpp>

namespace lode::load {
namespace {

std::vector<std::int64_t> times(Arrivals arrivals, std::uint32_t rate, std::size_t count) {
    Timetable table(rate, arrivals);
    table.start(0);
    std::vector<std::int64_t> all;
    while (all.size() < count) {
        all.push_back(table.next());
        table.advance();
    }
    return all;
}

TEST_CASE("even arrivals are equally far apart") {
    const auto all = times(Arrivals::even, 1'000, 3);
    CHECK(all == std::vector<std::int64_t>{0, 1'000'000, 2'000'000});
}

TEST_CASE("Poisson arrivals keep the rate, and their gaps have the mean as deviation") {
    constexpr std::size_t count = 100'000;
    const auto all = times(Arrivals::poisson, 10'000, count);
    const double mean = static_cast<double>(all.back()) / (count - 1);
    CHECK(std::abs(mean - 1e5) < 2e3);
    double squares = 0;
    for (std::size_t i = 1; i < count; ++i) {
        const double off = static_cast<double>(all[i] - all[i - 1]) - mean;
        squares += off * off;
    }
    CHECK(std::abs(std::sqrt(squares / (count - 1)) - mean) < 0.03 * mean);
}

}  // namespace
}  // namespace lode::load
