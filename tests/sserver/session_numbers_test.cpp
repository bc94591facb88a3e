// Session numbers over restarts, round their circle and beside live ones.
#include "sserver/session_numbers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <vector>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

const SteadyTime origin = SteadyTime(1h);

struct Numbers {
    explicit Numbers(std::uint32_t begin = 0)
        : numbers(begin, [this](std::uint32_t end) -> Result<void> {
              if (disk_full) return failure(ErrorCode::exhausted, "disk full");
              reserved.push_back(end);
              return success();
          }) {}

    std::vector<std::uint32_t> reserved;
    bool disk_full = false;
    SessionNumbers numbers;
};

}  // namespace

TEST_CASE("extranonce1 is the server id above the session number") {
    CHECK(extranonce1(1, SessionNumber(0)) == 0x00100000);
    CHECK(extranonce1(4095, SessionNumber(0xfffff)) == 0xffffffff);
    CHECK(extranonce1(0x123, SessionNumber(0x45678)) == 0x12345678);
}

TEST_CASE("a block is reserved before its first number is given out") {
    Numbers numbers;
    CHECK(numbers.reserved.empty());
    CHECK(numbers.numbers.take(origin).value() == SessionNumber(0));
    CHECK(numbers.reserved == std::vector<std::uint32_t>{4096});
    for (std::uint32_t i = 1; i < 4096; ++i) {
        REQUIRE(numbers.numbers.take(origin).value() == SessionNumber(i));
    }
    CHECK(numbers.reserved.size() == 1);
    CHECK(numbers.numbers.take(origin).value() == SessionNumber(4096));
    CHECK(numbers.reserved == std::vector<std::uint32_t>{4096, 8192});
}

TEST_CASE("a restart begins at the end of the last reservation") {
    Numbers numbers(8192);
    CHECK(numbers.numbers.take(origin).value() == SessionNumber(8192));
    CHECK(numbers.reserved == std::vector<std::uint32_t>{12288});
}

TEST_CASE("after the last number comes the first") {
    Numbers numbers(SessionNumbers::numbers_count - 4096);
    for (int i = 0; i < 4096; ++i) REQUIRE(numbers.numbers.take(origin));
    CHECK(numbers.numbers.take(origin).value() == SessionNumber(0));
    CHECK(numbers.reserved == std::vector<std::uint32_t>{SessionNumbers::numbers_count, 4096});
    Numbers restarted(SessionNumbers::numbers_count);
    CHECK(restarted.numbers.take(origin).value() == SessionNumber(0));
}

TEST_CASE("no number is given out without a reservation") {
    Numbers numbers;
    numbers.disk_full = true;
    CHECK(numbers.numbers.take(origin).error().code == ErrorCode::exhausted);
    numbers.disk_full = false;
    CHECK(numbers.numbers.take(origin).value() == SessionNumber(0));
}

TEST_CASE("live numbers are skipped on the next round") {
    Numbers numbers;
    std::vector<SessionNumber> live;
    SteadyTime now = origin;
    for (std::uint32_t i = 0; i < SessionNumbers::numbers_count; ++i) {
        const auto number = numbers.numbers.take(now).value();
        if (i % 1000 == 7) {
            live.push_back(number);
        } else {
            numbers.numbers.give_back(number, now);
        }
    }
    now += 1s;  // all jobs of before are forgotten
    const std::set<SessionNumber> taken(live.begin(), live.end());
    for (int i = 0; i < 10'000; ++i) {
        const auto number = numbers.numbers.take(now).value();
        REQUIRE_FALSE(taken.contains(number));
    }
}

TEST_CASE("a login waits when the numbers come round before their jobs are gone") {
    Numbers numbers;
    const SteadyTime ended = origin + 100s;
    for (std::uint32_t i = 0; i < SessionNumbers::numbers_count; ++i) {
        numbers.numbers.give_back(numbers.numbers.take(origin).value(), ended);
    }
    CHECK(numbers.numbers.take(ended).error().code == ErrorCode::exhausted);
    CHECK(numbers.numbers.take(ended + 1ms).value() == SessionNumber(0));
}

TEST_CASE("when all numbers are live there is none left") {
    Numbers numbers;
    for (std::uint32_t i = 0; i < SessionNumbers::numbers_count; ++i) {
        REQUIRE(numbers.numbers.take(origin));
    }
    CHECK(numbers.numbers.take(origin).error().code == ErrorCode::exhausted);
}
