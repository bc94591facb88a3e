// Waits double, stay within their limit and half of it, and start again after a success.
#include "common/base/backoff.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace std::chrono_literals;

TEST_CASE("waits double up to the limit") {
    Backoff backoff(1s, 5s);
    CHECK(backoff.next(0) == 500ms);
    CHECK(backoff.next(0) == 1s);
    CHECK(backoff.next(0) == 2s);
    CHECK(backoff.next(0) == 2500ms);
    CHECK(backoff.next(0) == 2500ms);
}

TEST_CASE("chance spreads a wait between half of its step and all of it") {
    const std::uint64_t places = std::uint64_t{500'000'000} + 1;  // nanoseconds
    CHECK(Backoff(1s, 5s).next(places - 1) == 1s);
    CHECK(Backoff(1s, 5s).next(places) == 500ms);
    for (const std::uint64_t random : {7ULL, 123456789123ULL, ~0ULL}) {
        const Duration wait = Backoff(1s, 5s).next(random);
        CHECK(wait >= 500ms);
        CHECK(wait <= 1s);
    }
}

TEST_CASE("a success starts from the first wait again") {
    Backoff backoff(1s, 60s);
    static_cast<void>(backoff.next(0));
    static_cast<void>(backoff.next(0));
    backoff.reset();
    CHECK(backoff.next(0) == 500ms);
}
