// Raising the number of files that may be open.
#include "common/net/descriptor_limit.hpp"

#include <sys/resource.h>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("the soft limit is raised to the hard one, and a second time changes nothing") {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(lode::net::raise_descriptor_limit() == limit.rlim_max);
    rlimit raised{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &raised) == 0);
    CHECK(raised.rlim_cur == limit.rlim_max);
    CHECK(lode::net::raise_descriptor_limit() == limit.rlim_max);
}
