// Steps of a history, and its body to the byte.
#include "statshttpd/work_answers.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);

}  // namespace

TEST_CASE("a span is one of four, a day where none is asked for") {
    CHECK(parse_span_query({}).value().name == "24h");
    for (const Span& span : spans) {
        CHECK(parse_span_query({{"span", std::string(span.name)}}).value().step == span.step);
        CHECK(span.points <= 150);
    }
    CHECK(parse_span_query({{"span", "1w"}}).error().context == "span must be 1h, 24h, 7d or 90d");
    CHECK_FALSE(parse_span_query({{"step", "1"}}));
}

TEST_CASE("the begun step is left out, and one whose last shares may not be counted yet") {
    const Span hour = spans[0];
    CHECK(time_of(hour, noon + 59s).until == noon);
    CHECK(time_of(hour, noon + 5s).until == noon);
    CHECK(time_of(hour, noon + 4'999ms).until == noon - 1min);
    CHECK(time_of(hour, noon + 5s).from == noon - 1h);
    const auto days = time_of(spans[3], noon);
    CHECK(days.until == noon - 12h);
    CHECK(days.from == noon - 12h - 24h * 90);
}

TEST_CASE("every step is a point, oldest first, also one without work") {
    const Span span{"1h", 60s, 3};
    const SpanTime time{noon - 3min, noon};
    CHECK(to_json({{noon - 2min, {bitcoin::Work(0, 660), 4}}, {noon, {bitcoin::Work(0, 9), 9}}},
                  span, time) == R"({"span":"1h","step_ms":60000,"points":[)"
                                 R"({"time_unix_ms":1795262220000,"hashrate":0,"shares":0},)"
                                 R"({"time_unix_ms":1795262280000,"hashrate":11,"shares":4},)"
                                 R"({"time_unix_ms":1795262340000,"hashrate":0,"shares":0}]})");
}
