// Windows and rows read in pieces are what one look at all rows gives.
#include "payout/settlement/bucket_repository.hpp"

#include <chrono>
#include <iostream>
#include <random>

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

TermsBook book() {
    return TermsBook({settings(BaseScheme::pplns)});
}
std::vector<Bucket> all_rows(BucketRepository& buckets, const BucketRepository::Wanted& wanted) {
    std::vector<Bucket> all;
    REQUIRE(buckets.rows(wanted, book(), [&](std::span<const Bucket> rows) -> Result<void> {
        all.insert(all.end(), rows.begin(), rows.end());
        return success();
    }));
    return all;
}

}  // namespace

TEST_CASE("a window over many pieces and gaps equals that of all sums at once", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    std::mt19937_64 random(4);
    UnixTime at = midnight;
    for (int i = 0; i < 200; ++i) {
        at += minutes(1 + random() % 5 * (i % 20 == 0 ? 2'000 : 1));
        pool.work({.start = at,
                   .user = static_cast<std::int64_t>(1 + random() % 3),
                   .hashes = 1 + random() % 7,
                   .partition = static_cast<std::int64_t>(random() % 2)});
        if (i % 9 == 0) pool.work({.start = at, .user = 1, .hashes = 500, .scheme = "solo"});
    }
    BucketRepository whole(pool.connection, "btc");
    const auto sums = whole.sums({midnight, at}).value();
    REQUIRE(sums.size() == 200);
    CHECK(std::ranges::is_sorted(sums, std::ranges::greater(), &BucketSum::start));
    for (const std::uint64_t units : {1u, 7u, 100u, 300u, 9'999u}) {
        const auto expected = pplns_window(sums, Units::whole(units)).value();
        BucketRepository pieces(pool.connection, "btc");
        const auto window = pieces.window(at, Units::whole(units)).value();
        CHECK(window.start == expected.start);
        CHECK(window.held == expected.held);
        CHECK((window.numerator == expected.numerator));
        CHECK((window.denominator == expected.denominator));
    }
    CHECK(whole.window(midnight - hours(1), Units::whole(1)).value().held == Units());
}

TEST_CASE("rows are summed by start or by piece, of all or of one user, without solo work",
          "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    for (int i = 0; i < 3; ++i) {
        pool.work({.start = midnight + minutes(i), .user = 1, .hashes = 4});
        pool.work({.start = midnight + minutes(i), .user = 1, .hashes = 2, .partition = 1});
        pool.work({.start = midnight + minutes(i), .user = 2, .hashes = 1});
        pool.work({.start = midnight + minutes(i), .user = 2, .hashes = 9, .scheme = "solo"});
    }
    BucketRepository buckets(pool.connection, "btc");
    const TimeRange range{midnight, midnight + minutes(1)};
    using Grouping = BucketRepository::Grouping;
    const auto starts = all_rows(buckets, {.range = range, .grouping = Grouping::by_start});
    CHECK(starts.size() == 4);
    const auto pieces = all_rows(buckets, {.range = range});
    REQUIRE(pieces.size() == 2);
    CHECK(pieces[0].work == bitcoin::Work(0, 12));
    const auto of_one =
        all_rows(buckets, {.range = range, .grouping = Grouping::by_start, .user = UserId(2)});
    REQUIRE(of_one.size() == 2);
    CHECK(of_one[0].work == bitcoin::Work(0, 1));
    // A piece never reaches into another day: schemes change at midnight.
    pool.work({.start = midnight - minutes(1), .user = 1, .hashes = 4});
    CHECK(all_rows(buckets, {.range = {midnight - minutes(1), midnight}}).size() == 3);
}

TEST_CASE("old rows are deleted some at a time", "[database]") {
    PoolRows pool(settings(BaseScheme::pplns));
    for (int i = 0; i < 5; ++i) pool.work({.start = midnight + minutes(i)});
    BucketRepository buckets(pool.connection, "btc");
    CHECK(buckets.erase(midnight + minutes(4), 3).value() == 3);
    CHECK(buckets.erase(midnight + minutes(4), 3).value() == 1);
    CHECK(buckets.erase(midnight + minutes(4), 3).value() == 0);
    CHECK(pool.count("user_bucket") == 1);
}
