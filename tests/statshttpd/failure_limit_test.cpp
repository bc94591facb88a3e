// Guessing becomes slow, and is forgotten.
#include "statshttpd/failure_limit.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{};

void fail(FailureLimit& limit, const std::string& key, int times, SteadyTime at) {
    for (int i = 0; i < times; ++i) limit.failed(key, at);
}

}  // namespace

TEST_CASE("the first failures cost nothing, each later one twice as much") {
    FailureLimit limit;
    fail(limit, "alice", FailureLimit::free_failures - 1, start);
    CHECK_FALSE(limit.wait("alice", start));
    fail(limit, "alice", 1, start);
    CHECK(limit.wait("alice", start) == 1s);
    CHECK_FALSE(limit.wait("alice", start + 1s));
    fail(limit, "alice", 1, start + 1s);
    CHECK(limit.wait("alice", start + 1s) == 2s);
    CHECK(limit.wait("alice", start + 1500ms) == 2s);
    CHECK_FALSE(limit.wait("bob", start));
    fail(limit, "alice", 100, start);
    CHECK(limit.wait("alice", start) == FailureLimit::longest_wait);
}

TEST_CASE("a success and a long pause clear the record") {
    FailureLimit limit;
    fail(limit, "alice", 20, start);
    limit.succeeded("alice");
    CHECK_FALSE(limit.wait("alice", start));
    fail(limit, "bob", 20, start);
    limit.failed("bob", start + FailureLimit::forget_time);
    CHECK_FALSE(limit.wait("bob", start + FailureLimit::forget_time));
}

TEST_CASE("so many are known; the one whose failure is oldest goes first") {
    FailureLimit limit;
    fail(limit, "oldest", 10, start);
    fail(limit, "older", 10, start + 1s);
    for (std::size_t i = 0; i < FailureLimit::known_max - 1; ++i) {
        limit.failed(std::to_string(i), start + 2s);
    }
    CHECK_FALSE(limit.wait("oldest", start + 2s));
    CHECK(limit.wait("older", start + 2s));
}
