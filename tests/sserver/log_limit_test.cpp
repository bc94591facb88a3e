// How many lines of a cause are written, with simulated time.
#include "sserver/log_limit.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace std::chrono_literals;
using sserver::LogLimit;

TEST_CASE("a cause has ten lines in ten seconds, and then says how many were left out") {
    LogLimit limit;
    const SteadyTime start{1'000h};
    for (int i = 0; i < 10; ++i) CHECK(limit.line("closed", start) == 0);
    for (int i = 0; i < 7; ++i) CHECK_FALSE(limit.line("closed", start + 9s));
    CHECK(limit.line("refused", start + 9s) == 0);
    CHECK(limit.line("closed", start + 10s) == 7);
    CHECK(limit.line("closed", start + 10s) == 0);
}
