// Shares seen and not seen.
#include "sserver/duplicate_filter.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

using namespace lode;
using namespace lode::sserver;

namespace {

bitcoin::Hash256 hash_of(std::uint64_t low) {
    bitcoin::Hash256 hash;
    store_le(hash.bytes.data(), low);
    return hash;
}

}  // namespace

TEST_CASE("a share is new once") {
    DuplicateFilter filter;
    CHECK(filter.add(JobId(1), hash_of(5), JobId(1)) == Novelty::fresh);
    CHECK(filter.add(JobId(1), hash_of(5), JobId(1)) == Novelty::seen);
    CHECK(filter.add(JobId(1), hash_of(0), JobId(1)) == Novelty::fresh);
    CHECK(filter.add(JobId(1), hash_of(0), JobId(1)) == Novelty::seen);
}

TEST_CASE("thousands of random shares are told apart as a set tells them") {
    std::mt19937_64 random(11);
    DuplicateFilter filter;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 20'000; ++i) {
        // Few bits, so that slots collide and values repeat.
        const std::uint64_t value = 1 + ((random() & 0x3fff) << (random() % 3 * 8));
        const auto expected = seen.insert(value).second ? Novelty::fresh : Novelty::seen;
        REQUIRE(filter.add(JobId(1), hash_of(value), JobId(1)) == expected);
    }
    CHECK(filter.size() == seen.size());
}

TEST_CASE("shares of forgotten jobs are forgotten when another job begins") {
    DuplicateFilter filter;
    for (std::uint64_t job = 1; job <= 100; ++job) {
        CHECK(filter.add(JobId(job), hash_of(5), JobId(job)) == Novelty::fresh);
    }
    CHECK(filter.size() == 1);
}

TEST_CASE("a filter that is full says so, and is usable again when its jobs are gone") {
    DuplicateFilter filter;
    for (std::uint64_t i = 1; i <= DuplicateFilter::shares_max; ++i) {
        REQUIRE(filter.add(JobId(1), hash_of(i), JobId(1)) == Novelty::fresh);
    }
    CHECK(filter.add(JobId(1), hash_of(~0ull), JobId(1)) == Novelty::full);
    CHECK(filter.add(JobId(2), hash_of(1), JobId(2)) == Novelty::fresh);
}
