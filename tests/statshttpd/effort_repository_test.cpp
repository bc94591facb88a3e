// Work in blocks, over a real database, SQLite or MariaDB, and which rows cover which time.
#include "statshttpd/effort_repository.hpp"

#include <catch2/catch_approx.hpp>
#include <random>

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;
using Catch::Approx;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr auto midnight = noon - 12h;
constexpr std::int64_t bits = 0x1d00ffff;
constexpr std::int64_t block_work = 0x100010001;  // hashes expected at these bits

struct Rows : test::History {
    EffortShelf shelf;

    // In all three steps, as sharelogger writes them.
    void add_work(UnixTime at, std::int64_t work) const {
        for (const auto step : {600'000LL, 3'600'000LL, 86'400'000LL}) {
            const std::int64_t start = to_unix_ms(at) / step * step;
            auto connection = open();
            REQUIRE(connection.upsert(
                {.table = "pool_work",
                 .columns = {"chain", "step_ms", "start_unix_ms", "partition_no", "bits", "shares",
                             "work_0", "work_1", "work_2"},
                 .key = {"chain", "step_ms", "start_unix_ms", "partition_no", "bits"},
                 .add = {"shares", "work_0"},
                 .replace = {},
                 .rows = {{std::string("btc"), std::int64_t{step}, start, std::int64_t{0}, bits,
                           std::int64_t{1}, work, std::int64_t{0}, std::int64_t{0}}}}));
        }
    }
    void add_block_at(std::uint8_t name, const std::string& state, UnixTime found) const {
        add_block(name, name, state);
        execute("UPDATE block SET found_unix_ms = ? WHERE block_hash = ?",
                {to_unix_ms(found), Bytes(32, name)});
    }
    double expected(UnixTime from, UnixTime until, UnixTime now) {
        auto connection = open();
        return EffortRepository(connection, "btc", shelf).expected(from, until, now).value();
    }
    std::vector<Block> efforts(std::vector<Block> blocks) {
        auto connection = open();
        REQUIRE(EffortRepository(connection, "btc", shelf).add_efforts(blocks, noon));
        return blocks;
    }
    PoolRecord pool() {
        auto connection = open();
        return EffortRepository(connection, "btc", shelf).pool(noon).value();
    }
};

Block block_at(std::uint8_t name, const std::string& state, UnixTime found) {
    Block block;
    block.hash.bytes.fill(name);
    block.state = state;
    block.found = found;
    return block;
}

}  // namespace

TEST_CASE("time is covered by days inside and shorter steps at the ends") {
    const auto stretches = cover(midnight - 48h - 70min, midnight + 65min, noon);
    CHECK(stretches ==
          std::vector<StepStretch>{{10min, midnight - 48h - 70min, midnight - 48h - 60min},
                                   {1h, midnight - 48h - 60min, midnight - 48h},
                                   {24h, midnight - 48h, midnight},
                                   {1h, midnight, midnight + 1h},
                                   {10min, midnight + 1h, midnight + 70min}});
    CHECK(cover(noon - 3min, noon - 2min, noon) ==
          std::vector<StepStretch>{{10min, noon - 10min, noon}});
    CHECK(cover(noon, noon, noon).empty());
    CHECK(cover(noon, noon - 1h, noon).empty());
}

TEST_CASE("where short steps are gone, longer ones cover") {
    for (const StepStretch& stretch : cover(noon - 24h * 50, noon, noon)) {
        CHECK((stretch.step != 10min || stretch.from >= noon - 24h * 8));
    }
    for (const StepStretch& stretch : cover(noon - 24h * 400, noon - 24h * 300, noon)) {
        CHECK(stretch.step == 24h);
    }
}

TEST_CASE("stretches follow one another without gap or overlap, whatever is asked") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20'000; ++i) {
        const UnixTime from = noon - std::chrono::seconds(random() % (86'400 * 200));
        const UnixTime until = from + std::chrono::seconds(1 + random() % (86'400 * 40));
        const auto stretches = cover(from, until, noon);
        REQUIRE_FALSE(stretches.empty());
        REQUIRE(stretches.front().from <= from);
        REQUIRE(stretches.back().until >= until);
        for (std::size_t at = 1; at < stretches.size(); ++at) {
            REQUIRE(stretches[at].from == stretches[at - 1].until);
        }
        REQUIRE(stretches.size() <= 5);
    }
}

TEST_CASE("work is measured in blocks, rows at the ends by their part", "[database]") {
    Rows rows;
    for (auto at = noon - 50h; at < noon; at += 10min) rows.add_work(at, block_work);
    CHECK(rows.expected(noon - 10min, noon, noon) == Approx(1));
    CHECK(rows.expected(noon - 15min, noon - 5min, noon) == Approx(1));
    CHECK(rows.expected(noon - 40h, noon - 10h, noon) == Approx(180));
    CHECK(rows.expected(noon - 1h, noon - 1h, noon) == 0);
    // The begun row is of the part of its time that has passed.
    rows.add_work(noon, block_work);
    CHECK(rows.expected(noon, noon + 5min, noon + 5min) == Approx(1));
    CHECK(rows.expected(noon + 150s, noon + 5min, noon + 5min) == Approx(0.5));
}

TEST_CASE("a block's effort is the work since the one before that counts", "[database]") {
    Rows rows;
    for (auto at = noon - 10h; at < noon; at += 10min) rows.add_work(at, block_work / 4);
    rows.add_block_at(1, "confirmed", noon - 5h);
    rows.add_block_at(2, "orphaned", noon - 4h);
    rows.add_block_at(3, "accepted", noon - 3h);
    const auto blocks = rows.efforts(
        {block_at(3, "accepted", noon - 3h), block_at(2, "orphaned", noon - 4h),
         block_at(1, "confirmed", noon - 5h), block_at(9, "confirmed", noon - 24h * 9)});
    CHECK(blocks[0].effort == Approx(3));
    CHECK(blocks[1].effort == Approx(1.5));
    CHECK(blocks[2].effort == Approx(7.5));
    // What can no longer change is kept.
    CHECK(rows.shelf.size() == 3);
    rows.execute("DELETE FROM pool_work WHERE step_ms < 86400000", {});
    CHECK(rows.efforts({block_at(1, "confirmed", noon - 5h)})[0].effort == Approx(7.5));
}

TEST_CASE("the pool's effort and luck come from the same rows", "[database]") {
    Rows rows;
    CHECK_FALSE(rows.pool().effort);
    CHECK_FALSE(rows.pool().luck_day);
    for (auto at = noon - 48h; at < noon; at += 1h) rows.add_work(at, block_work / 12);
    rows.add_block_at(1, "confirmed", noon - 36h);
    rows.add_block_at(2, "accepted", noon - 6h);
    rows.add_block_at(3, "rejected", noon - 1h);
    const auto pool = rows.pool();
    CHECK(pool.effort == Approx(0.5));
    CHECK(pool.luck_day == Approx(0.5));
    CHECK(pool.luck_week == Approx(0.5));
    CHECK_FALSE(pool.promise);
    rows.execute(
        "INSERT INTO terms (chain, version, effective_unix_ms, base_scheme, pplns_window, "
        "dgm_cross_ppm, dgm_keep_ppm, base_fee_ppm, pps_fee_ppm, fpps_fee_ppm, finder_bonus_ppm, "
        "notice, created_unix_ms) VALUES ('btc', 1, 0, 'pplns', 8, 0, 0, 10000, 0, 0, 0, '', 0), "
        "('btc', 2, ?, 'prop', 8, 0, 0, 20000, 0, 0, 0, '', 0)",
        {to_unix_ms(noon + 1ms)});
    REQUIRE(rows.pool().promise);
    CHECK(rows.pool().promise->scheme == "pplns");
    CHECK(rows.pool().promise->fee_ppm == 10'000);
}
