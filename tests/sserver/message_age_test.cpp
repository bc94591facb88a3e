// Ages of messages under delays, wrong clocks and clocks that are set.
#include "sserver/message_age.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <random>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

// A maker whose clock is off, and messages of it that come when a test says.
struct Maker {
    MessageAge age;
    std::chrono::milliseconds clock_off{0};
    std::string source = "jobmaker-1";

    Duration comes(std::chrono::milliseconds made, std::chrono::milliseconds now) {
        return age.arrived(source, UnixTime(1'800'000'000s) + made + clock_off,
                           SteadyTime(1h) + now);
    }
};

}  // namespace

TEST_CASE("what waited comes as old as it is") {
    for (const auto off : {0ms, std::chrono::milliseconds(1h), std::chrono::milliseconds(-48h)}) {
        Maker maker{.clock_off = off};
        CHECK(maker.comes(0s, 0s) == 0s);
        CHECK(maker.comes(10s, 70s) >= 59s);
        CHECK(maker.comes(20s, 70s) >= 49s);
        CHECK(maker.comes(20s, 70s) <= 50s);
        CHECK(maker.comes(70s, 70s) == 0s);
        CHECK(maker.comes(80s, 80s) == 0s);
    }
}

TEST_CASE("however wrong a clock is, and however it runs, messages that flow are new") {
    std::minstd_rand random(7);
    for (const auto off : {std::chrono::milliseconds(-10h), 0ms, std::chrono::milliseconds(10h)}) {
        for (const double rate : {0.991, 1.0, 1.01}) {
            Maker maker{.clock_off = off};
            for (auto now = 0ms; now < 24h; now += 10s) {
                const std::chrono::milliseconds delay(random() % 100);
                const std::chrono::milliseconds by_it(
                    static_cast<std::int64_t>(static_cast<double>(now.count()) * rate));
                CHECK(maker.comes(by_it, now + delay) <= 100ms);
            }
        }
    }
}

TEST_CASE("a clock that is set makes a message older by no more than the time between two") {
    std::minstd_rand random(8);
    for (int run = 0; run < 200; ++run) {
        Maker maker;
        for (auto now = 0ms; now < 1h; now += 10s) {
            const bool set = now == 30min;
            if (set) {
                maker.clock_off = std::chrono::milliseconds(
                    static_cast<std::int64_t>(random() % 7'200'000) - 3'600'000);
            }
            CHECK(maker.comes(now, now) <= 10s);
        }
        CHECK(maker.comes(1h, 1h) == 0s);  // and it is forgotten
    }
}

TEST_CASE("whatever was lost, repeated or late, nothing is younger than made or from the future") {
    std::minstd_rand random(9);
    for (int run = 0; run < 200; ++run) {
        Maker maker{.clock_off = std::chrono::milliseconds(random() % 100'000)};
        CHECK(maker.comes(0ms, 0ms) == 0ms);
        auto made = 0ms;
        auto now = 0ms;
        for (int i = 0; i < 100; ++i) {
            made += std::chrono::milliseconds(random() % 20'000);
            now = std::max(now, made) + std::chrono::milliseconds(random() % 20'000);
            const Duration is = maker.comes(made, now);
            CHECK(is >= 0s);
            CHECK(is <= now - made);
        }
    }
}

TEST_CASE("the first message of another source is new") {
    Maker maker;
    CHECK(maker.comes(0s, 0s) == 0s);
    maker.source = "jobmaker-2";
    CHECK(maker.comes(-100s, 10s) == 0s);
}

TEST_CASE("times that cannot be are harmless") {
    MessageAge age;
    for (const std::int64_t ms :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
          std::int64_t{0}, std::numeric_limits<std::int64_t>::min()}) {
        CHECK(age.arrived("jobmaker-1", from_unix_ms(ms), SteadyTime(1h)) == 0s);
    }
}
