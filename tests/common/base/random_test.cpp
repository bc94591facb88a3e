// What can be said of random bytes: how many there are, and that they differ.
#include "common/base/random.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

using namespace lode;

TEST_CASE("random bytes come in the number asked for and never twice") {
    CHECK(random_bytes(0).empty());
    const Bytes first = random_bytes(32);
    CHECK(first.size() == 32);
    CHECK(first != random_bytes(32));
    // More than one call of the system gives at once.
    const Bytes many = random_bytes(100'000);
    CHECK(many.size() == 100'000);
    CHECK(std::ranges::count(many, std::uint8_t{0}) < 1'000);
}

TEST_CASE("secrets are equal when every byte is") {
    const Bytes one{1, 2, 3};
    CHECK(equal_in_constant_time(one, Bytes{1, 2, 3}));
    CHECK(equal_in_constant_time({}, {}));
    CHECK_FALSE(equal_in_constant_time(one, Bytes{1, 2, 4}));
    CHECK_FALSE(equal_in_constant_time(one, Bytes{9, 2, 3}));
    CHECK_FALSE(equal_in_constant_time(one, Bytes{1, 2}));
}
