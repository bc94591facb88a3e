// The version comes from the build.
#include "common/runtime/version.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

TEST_CASE("the version has three numbers") {
    const auto version = lode::runtime::version();
    CHECK(std::ranges::count(version, '.') == 2);
    CHECK(version.find_first_not_of("0123456789.") == version.npos);
}
