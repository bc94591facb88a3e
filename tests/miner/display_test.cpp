// Rates and the terminal's line.
#include "miner/display.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::miner;
using namespace std::chrono_literals;

TEST_CASE("a rate is the mean over the last ten seconds") {
    RateMeter meter;
    const SteadyTime start{};
    CHECK(meter.per_second() == 0);
    meter.sample(start, 0);
    CHECK(meter.per_second() == 0);
    for (std::uint64_t i = 1; i <= 10; ++i) meter.sample(start + i * 1s, i * 100);
    CHECK(meter.per_second() == 100);
    for (std::uint64_t i = 11; i <= 20; ++i) meter.sample(start + i * 1s, 1000 + (i - 10) * 300);
    CHECK(meter.per_second() == 300);
}

TEST_CASE("rates have three digits and their unit") {
    CHECK(rate_text(0) == "0 H/s");
    CHECK(rate_text(999) == "999 H/s");
    CHECK(rate_text(1000) == "1.00 kH/s");
    CHECK(rate_text(7'423'000) == "7.42 MH/s");
    CHECK(rate_text(74'023'000) == "74.0 MH/s");
    CHECK(rate_text(742'999'999) == "742 MH/s");
    CHECK(rate_text(5'000'000'000'000'000) == "5000 TH/s");
}

TEST_CASE("the status is one line that fits its terminal") {
    const Status status{.rate = 1500,
                        .accepted = 3,
                        .rejected = 1,
                        .blocks = 2,
                        .difficulty = "0.5",
                        .pool = "localhost:3333",
                        .state = "mining"};
    CHECK(status_line(status, 200) ==
          "1.50 kH/s | accepted 3 | rejected 1 | blocks 2 | difficulty 0.5 | localhost:3333 | "
          "mining");
    CHECK(status_line(status, 9) == "1.50 kH/s");
}
