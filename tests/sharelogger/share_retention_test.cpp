// Old sums move on to longer times, a bounded piece at a time: at any moment, whoever does it and
// however often it breaks off, the three tables together hold what was counted.
#include "sharelogger/share_retention.hpp"

#include <array>
#include <atomic>
#include <numeric>
#include <random>
#include <thread>

#include "common/db/engine.hpp"
#include "common/db/limbs.hpp"
#include "sharelogger/share_total.hpp"
#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_unix_ms(1'795'262'400'000);
const auto one_share = ShareTotal{1, bitcoin::Work(3, ~0ULL)};

// Counts a share as sharelogger does: into the ten minutes of its time.
struct Counted {
    UnixTime at;
    std::int64_t worker = 1;
    std::string chain = "btc";
};
Result<void> count(db::Connection& connection, const Counted& share) {
    WorkerRows rows(worker_buckets);
    rows.add({share.worker, share.at, 0},
             {.work = one_share.work, .shares = one_share.shares, .last_share = {}});
    return connection.upsert(rows.upsert(share.chain));
}

struct Pool : test::SharedDatabase {
    Pool() {
        run("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 1)");
        for (std::int64_t id = 1; id <= workers; ++id) {
            REQUIRE(connection.execute(
                "INSERT INTO worker (id, user_id, name, created_unix_ms, last_share_unix_ms) "
                "VALUES (?, 1, ?, 1, 1)",
                {id, "rig" + std::to_string(id)}));
        }
    }
    static constexpr std::int64_t workers = 5;

    // Of one moment: the three tables in one statement.
    [[nodiscard]] ShareTotal total() {
        const auto rows = connection
                              .query(
                                  "SELECT shares, work_0, work_1, work_2 FROM worker_bucket "
                                  "UNION ALL "
                                  "SELECT shares, work_0, work_1, work_2 FROM worker_hour "
                                  "UNION ALL "
                                  "SELECT shares, work_0, work_1, work_2 FROM worker_day")
                              .value();
        ShareTotal sum;
        for (const auto& row : rows) {
            sum += {row.integer(0),
                    db::work_of({row.integer(1), row.integer(2), row.integer(3)}).value()};
        }
        return sum;
    }
    // Shares in worker_bucket, worker_hour and worker_day.
    [[nodiscard]] std::array<std::int64_t, 3> shares() {
        return {number("SELECT COALESCE(SUM(shares), 0) FROM worker_bucket"),
                number("SELECT COALESCE(SUM(shares), 0) FROM worker_hour"),
                number("SELECT COALESCE(SUM(shares), 0) FROM worker_day")};
    }
};

ShareTotal times(std::int64_t count) {
    ShareTotal sum;
    for (std::int64_t i = 0; i < count; ++i) sum += one_share;
    return sum;
}

void tidy_all(db::Connection& connection, UnixTime at) {
    ShareRetention retention(connection, "btc");
    while (retention.tidy_some(at).value() == ShareRetention::Left::more) {
    }
}

// A session that is lost before the statement of that number, and never comes back: what a process
// that is killed leaves behind.
class DyingEngine final : public db::Engine {
  public:
    DyingEngine(std::unique_ptr<db::Engine> engine, int statements)
        : engine_(std::move(engine)), left_(statements) {}
    [[nodiscard]] const db::Dialect& dialect() const override { return engine_->dialect(); }
    [[nodiscard]] bool is_open() const override { return left_ >= 0 && engine_->is_open(); }
    [[nodiscard]] Result<void> open() override {
        if (left_ < 0) return failure(ErrorCode::unavailable, "killed");
        return engine_->open();
    }
    void close() override { engine_->close(); }
    [[nodiscard]] Result<std::int64_t> run(const db::Statement& statement,
                                           const EachRow& each) override {
        if (--left_ >= 0) return engine_->run(statement, each);
        engine_->close();
        return failure(ErrorCode::unavailable, "killed");
    }
    [[nodiscard]] Result<void> lock() override { return engine_->lock(); }
    [[nodiscard]] Result<void> unlock(Ending ending) override { return engine_->unlock(ending); }

  private:
    std::unique_ptr<db::Engine> engine_;
    int left_;
};

db::Connection dying(const Pool& pool, int statements) {
    auto engine = test::Database::is_mysql()
                      ? db::make_mysql_engine(pool.config()).value()
                      : db::make_sqlite_engine(pool.folder() + "/lode.sqlite");
    REQUIRE(engine->open());
    return db::Connection(std::make_unique<DyingEngine>(std::move(engine), statements));
}

}  // namespace

TEST_CASE("a sum is ten minutes for a day, an hour for a week, and then a day", "[database]") {
    Pool pool;
    for (const auto age : {1h, 24h, 26h, 24h * 7, 24h * 8, 24h * 400}) {
        REQUIRE(count(pool.connection, {now - age}));
    }
    tidy_all(pool.connection, now);
    CHECK(pool.shares() == std::array<std::int64_t, 3>{2, 2, 2});
    CHECK(pool.total() == times(6));
    tidy_all(pool.connection, now + 24h * 30);
    CHECK(pool.shares() == std::array<std::int64_t, 3>{0, 0, 6});
    CHECK(pool.total() == times(6));
    CHECK(pool.number("SELECT COUNT(*) FROM worker_day WHERE start_unix_ms % 86400000 <> 0") == 0);
}

TEST_CASE("shares that come late join what has moved on", "[database]") {
    Pool pool;
    const auto at = now - 24h * 8;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(count(pool.connection, {at}));
        REQUIRE(count(pool.connection, {now - 30h}));
        tidy_all(pool.connection, now);
    }
    CHECK(pool.number("SELECT COUNT(*) FROM worker_day") == 1);
    CHECK(pool.number("SELECT COUNT(*) FROM worker_hour") == 1);
    CHECK(pool.shares() == std::array<std::int64_t, 3>{0, 3, 3});
    CHECK(pool.total() == times(6));
}

TEST_CASE("streams silent for long are forgotten", "[database]") {
    Pool pool;
    for (const auto age : {1h, 24h * 29, 24h * 31}) {
        REQUIRE(pool.connection.execute(
            "INSERT INTO stream_sequence (chain, partition_no, stream, last_sequence, "
            "updated_unix_ms) VALUES ('btc', 0, ?, 1, ?)",
            {std::int64_t{age.count()}, to_unix_ms(now - age)}));
    }
    tidy_all(pool.connection, now);
    CHECK(pool.number("SELECT COUNT(*) FROM stream_sequence") == 2);
}

TEST_CASE("the pool's ten minutes are kept for 8 days, hours for 100, days for ever",
          "[database]") {
    Pool pool;
    for (const std::int64_t step : {600'000, 3'600'000, 86'400'000}) {
        for (const auto age : {24h * 8, 24h * 9, 24h * 100, 24h * 101}) {
            REQUIRE(pool.connection.execute(
                "INSERT INTO pool_work (chain, step_ms, start_unix_ms, partition_no, bits, "
                "shares, work_0, work_1, work_2) VALUES ('btc', ?, ?, 0, 1, 1, 1, 0, 0)",
                {step, to_unix_ms(now - age)}));
        }
    }
    tidy_all(pool.connection, now);
    const auto rows = [&pool](const std::string& step) {
        return pool.number(("SELECT COUNT(*) FROM pool_work WHERE step_ms = " + step).c_str());
    };
    CHECK(rows("600000") == 1);
    CHECK(rows("3600000") == 3);
    CHECK(rows("86400000") == 4);
}

TEST_CASE("a long backlog goes in pieces, also when two instances take turns", "[database]") {
    Pool pool;
    const auto rows = ShareRetention::rows_max * 2 + 1;
    for (std::int64_t i = 0; i < rows; ++i) {
        REQUIRE(count(pool.connection, {now - 26h - i * 10min / 10, 1 + i % Pool::workers}));
    }
    const auto buckets = [&] { return pool.number("SELECT COUNT(*) FROM worker_bucket"); };
    const auto before = buckets();
    auto other_connection = pool.open();
    ShareRetention one(pool.connection, "btc");
    ShareRetention two(other_connection, "btc");
    bool first = true;
    for (auto left = before; left > 0; left = buckets()) {
        REQUIRE((first ? one : two).tidy_some(now));
        first = !first;
        CHECK(buckets() == std::max<std::int64_t>(left - ShareRetention::rows_max, 0));
        REQUIRE(pool.total() == times(rows));
    }
}

TEST_CASE("two instances at the same rows at once move each once", "[database]") {
    Pool pool;
    constexpr std::int64_t shares = 600;
    std::mt19937 random(7);
    for (std::int64_t i = 0; i < shares; ++i) {
        REQUIRE(count(pool.connection,
                      {now - std::chrono::minutes(random() % 20'000), 1 + i % Pool::workers}));
    }
    std::atomic<int> done = 0;
    std::atomic<std::int64_t> late = 0;
    {
        const auto tidy = [&] {
            auto connection = pool.open();
            ShareRetention retention(connection, "btc");
            for (int i = 0; i < 20; ++i) (void)retention.tidy_some(now + i * 24h);
            ++done;
        };
        const std::jthread one(tidy);
        const std::jthread two(tidy);
        const std::jthread counting([&] {
            auto connection = pool.open();
            while (done < 2) {
                if (count(connection, {now - 26h, 1 + late % Pool::workers})) ++late;
            }
        });
        // No moment shows a share twice or not at all. What is being counted is there or is not.
        while (done < 2) {
            const auto before = late.load();
            const auto seen = pool.total().shares;
            CHECK(seen >= shares + before);
            CHECK(seen <= shares + late + 1);
        }
    }
    CHECK(pool.total() == times(shares + late));
    tidy_all(pool.connection, now + 24h * 30);
    CHECK(pool.shares() == std::array<std::int64_t, 3>{0, 0, shares + late});
    CHECK(pool.total() == times(shares + late));
}

TEST_CASE("killed before any statement, a move is whole or nothing", "[database]") {
    Pool pool;
    std::int64_t shares = 0;
    for (int statement = 0;; ++statement) {
        for (const auto age : {26h, 30h, 24h * 9}) {
            REQUIRE(count(pool.connection, {now - age}));
            ++shares;
        }
        auto connection = dying(pool, statement);
        ShareRetention retention(connection, "btc");
        const auto outcome = retention.tidy_some(now);
        REQUIRE(pool.total() == times(shares));
        if (outcome) break;
        REQUIRE(statement < 100);
    }
    CHECK(pool.shares()[0] == 0);
}

TEST_CASE("another chain's rows are its own affair", "[database]") {
    Pool pool;
    REQUIRE(count(pool.connection, {now - 48h}));
    ShareRetention other(pool.connection, "ltc");
    REQUIRE(other.tidy_some(now));
    CHECK(pool.shares() == std::array<std::int64_t, 3>{1, 0, 0});
}

TEST_CASE("cuts are kept while their minute is open or has rows", "[database]") {
    Pool pool;
    const auto insert = [&pool](const char* into, UnixTime at, const char* values) {
        REQUIRE(pool.connection.execute(std::string("INSERT INTO ") + into + " VALUES ('btc', " +
                                        std::to_string(to_unix_ms(at)) + values + ")"));
    };
    for (int minute = 0; minute < 4; ++minute) insert("round_cut", now + minute * 1min, ", 2, 1");
    const auto left = [&pool] {
        tidy_all(pool.connection, now);
        return pool.number("SELECT COUNT(*) FROM round_cut");
    };
    CHECK(left() == 4);
    insert("bucket_close", now + 2min + 30s, "");
    insert(
        "user_bucket (chain, start_unix_ms, user_id, partition_no, bits, height_epoch, scheme, "
        "shares, work_0, work_1, work_2)",
        now + 1min + 5s, ", 1, 2, 1, 1, 'base', 1, 1, 0, 0");
    CHECK(left() == 3);
    pool.run("DELETE FROM user_bucket");
    CHECK(left() == 2);
}
