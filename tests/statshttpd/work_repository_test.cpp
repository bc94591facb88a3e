// Work over time, over a real database, SQLite or MariaDB.
#include "statshttpd/work_repository.hpp"

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr auto limb_1 = 1ULL << 40;

struct Tables : test::History {
    Tables() {
        execute("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 5), (2, 'b', 6)",
                {});
        execute(
            "INSERT INTO worker (id, user_id, name, created_unix_ms, last_share_unix_ms) VALUES "
            "(1, 1, 'rig', 5, 5), (2, 1, '', 5, 5), (3, 2, 'rig', 5, 5)",
            {});
    }
    void add_pool(std::chrono::milliseconds step, UnixTime start, std::int64_t partition) const {
        execute(
            "INSERT INTO pool_work (chain, step_ms, start_unix_ms, partition_no, bits, "
            "shares, work_0, work_1, work_2) VALUES ('btc', ?, ?, ?, 1, 2, 7, 1, 0)",
            {step.count(), to_unix_ms(start), partition});
    }
    void add_worker(const char* table, std::int64_t worker, UnixTime start) const {
        const std::string sql = std::string("INSERT INTO ") + table +
                                " (chain, worker_id, start_unix_ms, partition_no, shares, work_0, "
                                "work_1, work_2) VALUES ('btc', ?, ?, 0, 2, 7, 1, 0)";
        execute(sql.c_str(), {worker, to_unix_ms(start)});
    }
    void add_minute(std::int64_t user, UnixTime start, std::int64_t partition) const {
        execute(
            "INSERT INTO user_bucket (chain, user_id, start_unix_ms, partition_no, bits, "
            "height_epoch, scheme, shares, work_0, work_1, work_2) "
            "VALUES ('btc', ?, ?, ?, 1, 1, 'base', 2, 7, 1, 0)",
            {user, to_unix_ms(start), partition});
    }
};

struct Repository {
    explicit Repository(const Tables& tables)
        : connection(tables.open()), repository(connection, "btc") {}
    WorkRepository* operator->() { return &repository; }
    db::Connection connection;
    WorkRepository repository;
};

// So many rows of the tests'.
Sum rows(std::uint64_t count) {
    return {bitcoin::Work(0, count * (limb_1 + 7)), static_cast<std::int64_t>(2 * count)};
}

}  // namespace

TEST_CASE("the pool's work comes from the longest step that fits, over partitions", "[database]") {
    const Tables tables;
    tables.add_pool(10min, noon - 10min, 0);
    tables.add_pool(10min, noon - 10min, 1);
    tables.add_pool(10min, noon, 0);
    tables.add_pool(10min, noon - 24h - 10min, 0);
    tables.add_pool(1h, noon - 1h, 0);
    tables.add_pool(1h, noon - 2h, 0);
    tables.add_pool(1h, noon - 3h, 0);
    tables.add_pool(24h, noon - 36h, 0);
    const auto points = [&tables](const Span& span) {
        return Repository(tables)->pool(span, time_of(span, noon + 5s)).value();
    };
    CHECK(points(spans[1]) == WorkPoints{{noon - 10min, rows(2)}});
    CHECK(points(spans[2]) == WorkPoints{{noon - 2h, rows(2)}, {noon - 4h, rows(1)}});
    CHECK(points(spans[3]) == WorkPoints{{noon - 36h, rows(1)}});
}

TEST_CASE("a user's day comes from his minutes, cut at blocks or not", "[database]") {
    const Tables tables;
    tables.add_minute(1, noon - 9min, 0);
    tables.add_minute(1, noon - 9min, 1);
    tables.add_minute(1, noon - 9min + 1234ms, 0);
    tables.add_minute(1, noon, 0);
    tables.add_minute(2, noon - 9min, 0);
    const auto points = [&tables](const Span& span) {
        return Repository(tables)->user("alice", span, time_of(span, noon + 5s)).value();
    };
    CHECK(points(spans[0]) == WorkPoints{{noon - 9min, rows(3)}});
    CHECK(points(spans[1]) == WorkPoints{{noon - 10min, rows(3)}});
}

TEST_CASE("a user's longer time comes from all of his workers' sums, wherever they are",
          "[database]") {
    const Tables tables;
    tables.add_worker("worker_bucket", 1, noon - 10min);
    tables.add_worker("worker_bucket", 2, noon - 10min);
    tables.add_worker("worker_bucket", 3, noon - 10min);
    tables.add_worker("worker_hour", 1, noon - 1h);
    tables.add_worker("worker_hour", 1, noon - 48h);
    tables.add_worker("worker_day", 1, noon - 12h - 24h * 9);
    const auto points = [&tables](const Span& span) {
        return Repository(tables)->user("alice", span, time_of(span, noon + 12h + 5s)).value();
    };
    CHECK(points(spans[2]) == WorkPoints{{noon - 2h, rows(3)}, {noon - 48h, rows(1)}});
    CHECK(points(spans[3]) == WorkPoints{{noon - 12h, rows(3)},
                                         {noon - 60h, rows(1)},
                                         {noon - 12h - 24h * 9, rows(1)}});
}

TEST_CASE("a worker's history is its own, also of one without a name", "[database]") {
    const Tables tables;
    tables.add_worker("worker_bucket", 1, noon - 10min);
    tables.add_worker("worker_bucket", 2, noon - 20min);
    tables.add_worker("worker_bucket", 3, noon - 30min);
    const auto points = [&tables](const std::string& name) {
        return Repository(tables)
            ->worker({"alice", name}, worker_hour_span, time_of(worker_hour_span, noon + 5s))
            .value();
    };
    CHECK(points("rig") == WorkPoints{{noon - 10min, rows(1)}});
    CHECK(points("") == WorkPoints{{noon - 20min, rows(1)}});
}

TEST_CASE("who never worked here has no history", "[database]") {
    const Tables tables;
    Repository repository(tables);
    const auto time = time_of(spans[1], noon);
    CHECK(repository->user("zoe", spans[1], time).error().code == ErrorCode::rejected);
    CHECK(repository->worker({"alice", "zoe"}, spans[1], time).error().code == ErrorCode::rejected);
}
