// Measurements through the database: one block over ten million rows of work (or of another number,
// LODE_BENCH_ROWS), and passes over a day of open rows and over many blocks.
#include <chrono>
#include <iostream>

#include "common/bitcoin/sha256.hpp"
#include "tests/payout/settlement/pool_rows.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr std::int64_t users = 100'000;
const std::int64_t rows = [] {
    const auto text = lode::test::environment("LODE_BENCH_ROWS");
    return text.empty() ? std::int64_t{10'000'000} : std::stoll(text);
}();
constexpr std::int64_t starts = 20'160;  // minutes, two weeks

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

db::Upsert work_rows() {
    return {.table = "user_bucket",
            .columns = {"chain", "user_id", "start_unix_ms", "partition_no", "bits", "height_epoch",
                        "scheme", "shares", "work_0", "work_1", "work_2"},
            .key = {"chain", "user_id", "start_unix_ms", "partition_no", "bits", "height_epoch",
                    "scheme"},
            .add = {"shares"},
            .replace = {},
            .rows = {}};
}
std::vector<db::Value> work_row(std::int64_t i, UnixTime start) {
    return {std::string("btc"),        1 + i * 7919 % users, to_unix_ms(start),   i % 2,
            std::int64_t{0x1d00ffff},  std::int64_t{0},      std::string("base"), std::int64_t{100},
            std::int64_t{400'000'000}, std::int64_t{0},      std::int64_t{0}};
}

// `seed` rows are written and then copied to later minutes until there are all of them.
struct Spread {
    std::int64_t rows;
    std::int64_t minutes;
    std::int64_t seed;
};
void add_rows(PoolRows& pool, const Spread& spread) {
    const std::int64_t length = spread.minutes * spread.seed / spread.rows;
    db::Upsert upsert = work_rows();
    for (std::int64_t i = 0; i < spread.seed; ++i) {
        upsert.rows.push_back(work_row(i, midnight + minutes(i * length / spread.seed)));
    }
    REQUIRE(pool.connection.transaction([&] { return pool.connection.upsert(upsert); }));
    for (std::int64_t copy = 1; copy < spread.rows / spread.seed; ++copy) {
        pool.run(
            "INSERT INTO user_bucket SELECT chain, user_id, start_unix_ms + ?, partition_no, "
            "bits, height_epoch, scheme, shares, work_0, work_1, work_2 FROM user_bucket "
            "WHERE chain = 'btc' AND start_unix_ms >= ? AND start_unix_ms < ?",
            {milliseconds(minutes(copy * length)).count(), to_unix_ms(midnight),
             to_unix_ms(midnight + minutes(length))});
    }
}

}  // namespace

TEST_CASE("how long a block over many rows takes", "[.][bench]") {
    auto terms = settings(BaseScheme::pplns);
    terms.pplns_window = 1'000'000;  // all of it
    PoolRows pool(terms);
    add_users(pool);
    std::cout << "rows written in " << seconds_of([&] {
        add_rows(pool, {rows, starts, 250'000});
    }) << " s" << std::endl;
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

TEST_CASE("how long a pass over a day of open rows takes", "[.][bench]") {
    constexpr std::int64_t day_rows = 1'000'000;
    for (const std::int64_t one_in : {10, 1}) {
        PoolRows pool(settings(BaseScheme::pplns));
        add_users(pool);
        pool.run("INSERT INTO user_scheme SELECT 'btc', id, ?, 'pps', ? FROM user WHERE id % ? = 0",
                 {to_unix_ms(midnight - days(9)), to_unix_ms(midnight - days(9)), one_in});
        add_rows(pool, {day_rows, 1'440, 25'000});
        const UnixTime now = midnight + days(1) + minutes(1);
        for (int pass = 0; pass < 3; ++pass) {
            std::cout << "one user in " << one_in << " is paid per share: pass " << pass << " in "
                      << seconds_of([&] {
                             const auto report = pool.settler->run(now + minutes(pass));
                             if (!report) FAIL(report.error().context);
                         })
                      << " s" << std::endl;
        }
    }
}

TEST_CASE("how long a pass over many blocks takes", "[.][bench]") {
    constexpr std::int64_t blocks = 100'000;
    PoolRows pool(settings(BaseScheme::pplns));
    const auto add = [&](const char* table, std::vector<std::string_view> columns,
                         const auto& row) {
        db::Upsert upsert{.table = table,
                          .columns = std::move(columns),
                          .key = {"block_hash"},
                          .add = {},
                          .replace = {},
                          .rows = {}};
        for (std::int64_t i = 0; i < blocks; ++i) {
            const auto hash = to_bytes(bitcoin::sha256d(as_bytes(std::to_string(i))).view());
            upsert.rows.push_back(row(i, hash));
        }
        REQUIRE(pool.connection.transaction([&] { return pool.connection.upsert(upsert); }));
    };
    using Row = std::vector<db::Value>;
    const std::string chain = "btc";
    add("block",
        {"chain", "height", "block_hash", "prev_hash", "state", "reward", "user_name",
         "worker_name", "job_id", "found_unix_ms", "confirmations", "updated_unix_ms",
         "published_state"},
        [&](std::int64_t i, const Bytes& hash) {
            return Row{chain,
                       i,
                       hash,
                       hash,
                       std::string(i % 100 == 7 ? "orphaned" : "confirmed"),
                       coin,
                       std::string("alice"),
                       std::string(),
                       std::int64_t{0},
                       to_unix_ms(midnight + minutes(i)),
                       std::int64_t{0},
                       std::int64_t{0},
                       std::string()};
        });
    add("block_coinbase", {"block_hash", "txid", "pool_amount", "solo"},
        [&](std::int64_t, const Bytes& hash) {
            return Row{hash, hash, coin, std::int64_t{0}};
        });
    add("block_credit",
        {"block_hash", "chain", "state", "revision", "lineage", "terms_version", "updated_unix_ms"},
        [&](std::int64_t i, const Bytes& hash) {
            return Row{hash,
                       chain,
                       std::string(i % 100 == 7 ? "reversed" : "final"),
                       std::int64_t{1},
                       hash,
                       std::int64_t{1},
                       std::int64_t{0}};
        });
    for (int pass = 0; pass < 3; ++pass) {
        std::cout << "blocks of ours: pass " << pass << " in " << seconds_of([&] {
            REQUIRE(pool.settler->run(midnight + minutes(blocks + pass)));
        }) << " s" << std::endl;
        std::cout << "the newest final one in "
                  << seconds_of([&] { REQUIRE(pool.settler->newest_final()); }) << " s"
                  << std::endl;
    }
}
