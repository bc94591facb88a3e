// A measurement: one block settled over ten million rows of work, through the database.
#include <chrono>
#include <iostream>

#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr std::int64_t users = 100'000;
constexpr std::int64_t rows = 10'000'000;
constexpr std::int64_t starts = 20'160;       // minutes, two weeks
constexpr std::int64_t block_rows = 250'000;  // written once, then copied to later minutes
constexpr std::int64_t block_starts = starts * block_rows / rows;

double seconds_of(const std::function<void()>& body) {
    const auto begun = std::chrono::steady_clock::now();
    body();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

void add_users(PoolRows& pool) {
    db::Upsert upsert{.table = "user",
                      .columns = {"name", "created_unix_ms"},
                      .key = {"name"},
                      .add = {},
                      .replace = {},
                      .rows = {}};
    for (std::int64_t id = 4; id <= users; ++id) {
        upsert.rows.push_back({"bc1qminer" + std::to_string(id), std::int64_t{0}});
    }
    REQUIRE(pool.connection.transaction([&] { return pool.connection.upsert(upsert); }));
}

// Each minute has some 500 users, spread over all.
void add_rows(PoolRows& pool) {
    db::Upsert upsert{.table = "user_bucket",
                      .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                                  "height_epoch", "scheme", "shares", "work_0", "work_1", "work_2"},
                      .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits",
                              "height_epoch", "scheme"},
                      .add = {"shares"},
                      .replace = {},
                      .rows = {}};
    for (std::int64_t i = 0; i < block_rows; ++i) {
        upsert.rows.push_back({std::string("btc"), 1 + i * 7919 % users,
                               to_unix_ms(midnight + minutes(i * block_starts / block_rows)), i % 2,
                               std::int64_t{0x1d00ffff}, std::int64_t{0}, std::string("base"),
                               std::int64_t{100}, std::int64_t{100'000'000'000}, std::int64_t{0},
                               std::int64_t{0}});
    }
    REQUIRE(pool.connection.transaction([&] { return pool.connection.upsert(upsert); }));
    for (std::int64_t copy = 1; copy < rows / block_rows; ++copy) {
        pool.run(
            "INSERT INTO user_bucket SELECT chain, user_id, start_unix_ms + ?, partition_no, "
            "bits, height_epoch, scheme, shares, work_0, work_1, work_2 FROM user_bucket "
            "WHERE chain = 'btc' AND start_unix_ms >= ? AND start_unix_ms < ?",
            {milliseconds(minutes(copy * block_starts)).count(), to_unix_ms(midnight),
             to_unix_ms(midnight + minutes(block_starts))});
    }
}

}  // namespace

TEST_CASE("how long a block over ten million rows takes", "[.][bench]") {
    auto terms = settings(BaseScheme::pplns);
    terms.pplns_window = 1'000'000;  // all of it
    PoolRows pool(terms);
    add_users(pool);
    std::cout << "rows written in " << seconds_of([&] { add_rows(pool); }) << " s" << std::endl;
    const UnixTime found = midnight + minutes(starts) + minutes(1);
    pool.find({.id = 1, .at = found});
    std::cout << "credited in " << seconds_of([&] {
        const auto report = pool.settler->run(found + minutes(2));
        REQUIRE(report);
        CHECK(report.value().credited == 1);
    }) << " s" << std::endl;
    std::cout << "a pass over nothing new takes "
              << seconds_of([&] { REQUIRE(pool.settler->run(found + minutes(3))); }) << " s"
              << std::endl;
    pool.become(1, "confirmed");
    pool.reach(found + hours(1));
    std::cout << "final, with all rows summed up, in " << seconds_of([&] {
        const auto report = pool.settler->run(found + hours(1));
        REQUIRE(report);
        CHECK(report.value().finalised == 1);
    }) << " s" << std::endl;
    std::cout << "a pass over nothing new takes "
              << seconds_of([&] { REQUIRE(pool.settler->run(found + hours(1) + minutes(1))); })
              << " s" << std::endl;
    CHECK(verify_ledger(pool.connection, "btc").value().complaints.empty());
}
