// When a node is asked for a sign of life, and when its silence counts.
#include "gbtmaker/pulse.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/gbtmaker/answers.hpp"

using namespace lode;
using namespace lode::test;
using gbtmaker::Pulse;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("a node is asked four times as often as its silence may last, one call at a time") {
    Pulse pulse({.answer_max = seconds(1)});
    REQUIRE(pulse.begin(steady_start));
    CHECK_FALSE(pulse.begin(steady_start + seconds(9)));
    pulse.ended();
    CHECK(pulse.begin(steady_start + seconds(9)));
    pulse.ended();
    CHECK_FALSE(pulse.begin(steady_start + milliseconds(9'249)));
    CHECK(pulse.begin(steady_start + milliseconds(9'250)));
}

TEST_CASE("a node is silent when its call is unanswered for the longest time allowed") {
    Pulse pulse({.answer_max = seconds(1)});
    CHECK_FALSE(pulse.silent(steady_start + seconds(60)));
    REQUIRE(pulse.begin(steady_start));
    CHECK_FALSE(pulse.silent(steady_start + milliseconds(999)));
    CHECK(pulse.silent(steady_start + seconds(1)));
    pulse.ended();
    CHECK_FALSE(pulse.silent(steady_start + seconds(2)));
}
