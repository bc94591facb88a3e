// Rows of the pool's sums: three steps a partition, each with every share.
#include "sharelogger/pool_rows.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "common/db/limbs.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto midnight = from_unix_ms(1'795'219'200'000);
static_assert(to_unix_ms(midnight) % 86'400'000 == 0);

std::int64_t integer(const db::Value& value) {
    return std::get<std::int64_t>(value);
}
WorkSum sum_of(std::int64_t shares) {
    return {.work = bitcoin::Work(0, 5 * static_cast<std::uint64_t>(shares)),
            .shares = shares,
            .last_share = {}};
}
UserBucketKey key_of(UnixTime start, std::uint32_t bits = 0x1d00ffff) {
    return {.user = "alice", .start = start, .bits = bits, .height_epoch = 1};
}
// Shares by step and start, of whatever partition.
std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> shares(const db::Upsert& upsert) {
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> shares;
    for (const auto& row : upsert.rows)
        shares[{integer(row[1]), integer(row[2])}] += integer(row[5]);
    return shares;
}

}  // namespace

TEST_CASE("ten minutes are in their own row, in their hour's and in their day's") {
    PoolRows rows;
    rows.add(2, key_of(midnight + 70min), sum_of(1));
    rows.add(2, key_of(midnight + 79min + 1ms), sum_of(2));
    rows.add(2, key_of(midnight + 80min), sum_of(4));
    rows.add(2, key_of(midnight + 23h), sum_of(5));
    const auto upsert = rows.upsert("btc");
    CHECK(upsert.table == "pool_work");
    const auto at = [](auto after) { return to_unix_ms(midnight + after); };
    CHECK(shares(upsert) == std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>{
                                {{600'000, at(70min)}, 3},
                                {{600'000, at(80min)}, 4},
                                {{600'000, at(23h)}, 5},
                                {{3'600'000, at(1h)}, 7},
                                {{3'600'000, at(23h)}, 5},
                                {{86'400'000, at(0h)}, 12}});
}

TEST_CASE("what falls into one row is one row, another partition's or target's is another") {
    PoolRows rows;
    rows.add(2, key_of(midnight), sum_of(3));
    rows.add(2, key_of(midnight), sum_of(4));
    rows.add(3, key_of(midnight), sum_of(5));
    rows.add(2, key_of(midnight, 0x1d00fffe), sum_of(6));
    const auto upsert = rows.upsert("btc");
    REQUIRE(upsert.rows.size() == 9);
    CHECK(integer(upsert.rows[0][4]) == 0x1d00fffe);
    const auto& row = upsert.rows[1];
    REQUIRE(row.size() == upsert.columns.size());
    CHECK(std::get<std::string>(row[0]) == "btc");
    CHECK(integer(row[3]) == 2);
    CHECK(integer(row[4]) == 0x1d00ffff);
    CHECK(integer(row[5]) == 7);
    const auto limbs = db::limbs_of(bitcoin::Work(0, 35));
    for (std::size_t i = 0; i < limbs.size(); ++i) CHECK(integer(row[6 + i]) == limbs[i]);
    CHECK(PoolRows().upsert("btc").rows.empty());
}
