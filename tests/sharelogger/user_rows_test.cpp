// Rows of users' sums: what comes for a closed minute counts in the open one, and is noted.
#include "sharelogger/user_rows.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto minute = from_unix_ms(1'700'000'040'000);
constexpr auto closed_before = minute + 2min;

UserBucketKey key_at(UnixTime start) {
    return {"alice", start, 0x1d00ffff, 3, Scheme::base};
}
WorkSum sum_of(std::int64_t shares) {
    return {.work = bitcoin::Work(1, 5), .shares = shares, .last_share = {}};
}
std::int64_t integer(const std::vector<db::Value>& row, std::size_t column) {
    return std::get<std::int64_t>(row.at(column));
}

}  // namespace

TEST_CASE("work of a closed minute stands in the bucket that begins where minutes are open") {
    UserRows rows(2, closed_before);
    rows.add(7, key_at(minute), sum_of(1));
    rows.add(7, key_at(minute + 10s + 1ms), sum_of(2));
    rows.add(7, key_at(minute + 1min), sum_of(4));
    rows.add(7, key_at(closed_before), sum_of(8));
    rows.add(7, key_at(closed_before + 1min), sum_of(16));
    db::Upsert buckets = user_bucket_upsert();
    rows.append_buckets("btc", buckets);
    REQUIRE(buckets.rows.size() == 2);
    REQUIRE(buckets.rows[0].size() == buckets.columns.size());
    CHECK(integer(buckets.rows[0], 1) == 7);
    CHECK(integer(buckets.rows[0], 2) == to_unix_ms(closed_before));
    CHECK(integer(buckets.rows[0], 7) == 15);
    CHECK(integer(buckets.rows[1], 7) == 16);
    db::Upsert late = late_work_upsert();
    rows.append_late("btc", late);
    REQUIRE(late.rows.size() == 2);
    REQUIRE(late.rows[0].size() == late.columns.size());
    CHECK(integer(late.rows[0], 2) == to_unix_ms(minute));
    CHECK(integer(late.rows[0], 4) == to_unix_ms(closed_before));
    CHECK(integer(late.rows[0], 5) == 3);
    CHECK(integer(late.rows[1], 2) == to_unix_ms(minute + 1min));
    CHECK(integer(late.rows[1], 5) == 4);
}

TEST_CASE("users, kinds of work and schemes have rows of their own") {
    UserRows rows(2, UnixTime::min());
    rows.add(7, key_at(minute), sum_of(1));
    rows.add(8, key_at(minute), sum_of(1));
    rows.add(7, {"alice", minute, 0x1d00ffff, 4, Scheme::base}, sum_of(1));
    rows.add(7, {"alice", minute, 0x1d00fffe, 3, Scheme::base}, sum_of(1));
    rows.add(7, {"alice", minute, 0x1d00ffff, 3, Scheme::solo}, sum_of(1));
    db::Upsert buckets = user_bucket_upsert();
    rows.append_buckets("btc", buckets);
    CHECK(buckets.rows.size() == 5);
    db::Upsert late = late_work_upsert();
    rows.append_late("btc", late);
    CHECK(late.rows.empty());
}
