// Rows of workers' sums: one a worker, time and partition, whatever was added in which order.
#include "sharelogger/worker_rows.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/db/limbs.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto hour = from_unix_ms(1'795'262'400'000);

std::int64_t integer(const db::Value& value) {
    return std::get<std::int64_t>(value);
}
WorkSum sum_of(std::int64_t shares) {
    return {.work = bitcoin::Work(1, 5), .shares = shares, .last_share = {}};
}

}  // namespace

TEST_CASE("what falls into one row is added up") {
    WorkerRows rows(worker_hours);
    rows.add({7, hour, 2}, sum_of(1));
    rows.add({7, hour + 59min + 59s, 2}, sum_of(2));
    const auto upsert = rows.upsert("btc");
    CHECK(upsert.table == "worker_hour");
    REQUIRE(upsert.rows.size() == 1);
    const auto& row = upsert.rows.front();
    REQUIRE(row.size() == upsert.columns.size());
    CHECK(std::get<std::string>(row[0]) == "btc");
    CHECK(integer(row[1]) == 7);
    CHECK(integer(row[2]) == to_unix_ms(hour));
    CHECK(integer(row[3]) == 2);
    CHECK(integer(row[4]) == 3);
    const auto limbs = db::limbs_of(bitcoin::Work(2, 10));
    for (std::size_t i = 0; i < limbs.size(); ++i) CHECK(integer(row[5 + i]) == limbs[i]);
}

TEST_CASE("another worker, time or partition is another row") {
    WorkerRows rows(worker_buckets);
    rows.add({7, hour, 2}, sum_of(1));
    rows.add({8, hour, 2}, sum_of(1));
    rows.add({7, hour + 10min, 2}, sum_of(1));
    rows.add({7, hour, 3}, sum_of(1));
    CHECK(rows.upsert("btc").rows.size() == 4);
    CHECK(WorkerRows(worker_days).upsert("btc").rows.empty());
}
