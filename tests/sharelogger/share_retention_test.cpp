// Old rows go, a bounded piece at a time; what is still shown or needed stays.
#include "sharelogger/share_retention.hpp"

#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto now = from_unix_ms(1'795'262'400'000);

void add_sums(test::SharedDatabase& database, std::string_view table, UnixTime start) {
    REQUIRE(database.connection.upsert(
        {.table = table,
         .columns = {"chain", "worker_id", "start_unix_ms", "partition_no", "shares", "work_0",
                     "work_1", "work_2"},
         .key = {"chain", "worker_id", "start_unix_ms", "partition_no"},
         .add = {"shares"},
         .replace = {},
         .rows = {{"btc", std::int64_t{1}, to_unix_ms(start), std::int64_t{0}, std::int64_t{1},
                   std::int64_t{1}, std::int64_t{0}, std::int64_t{0}}}}));
}

struct Pool : test::SharedDatabase {
    Pool() {
        run("INSERT INTO user (id, name, created_unix_ms) VALUES (1, 'alice', 1)");
        run("INSERT INTO worker (id, user_id, name, created_unix_ms, last_share_unix_ms) "
            "VALUES (1, 1, 'rig', 1, 1)");
    }
};

}  // namespace

TEST_CASE("each table keeps what it is kept for", "[database]") {
    Pool database;
    for (const auto age : {1h, 24h, 26h, 24h * 7, 24h * 8, 24h * 400}) {
        add_sums(database, "worker_bucket", now - age);
        add_sums(database, "worker_hour", now - age);
        add_sums(database, "worker_day", now - age);
    }
    for (const auto age : {1h, 24h * 29, 24h * 31}) {
        REQUIRE(database.connection.execute(
            "INSERT INTO stream_sequence (chain, partition_no, stream, last_sequence, "
            "updated_unix_ms) VALUES ('btc', 0, ?, 1, ?)",
            {std::int64_t{age.count()}, to_unix_ms(now - age)}));
    }
    ShareRetention retention(database.connection, "btc");
    CHECK(retention.delete_some(now).value() == ShareRetention::Left::nothing);
    CHECK(database.number("SELECT COUNT(*) FROM worker_bucket") == 2);
    CHECK(database.number("SELECT COUNT(*) FROM worker_hour") == 4);
    CHECK(database.number("SELECT COUNT(*) FROM worker_day") == 6);
    CHECK(database.number("SELECT COUNT(*) FROM stream_sequence") == 2);
}

TEST_CASE("a long backlog goes in pieces, also when two instances are at it", "[database]") {
    Pool database;
    const auto rows = ShareRetention::rows_max * 2 + 1;
    for (std::int64_t i = 0; i < rows; ++i) {
        add_sums(database, "worker_bucket", now - 48h - i * 10min);
    }
    auto other_connection = database.open();
    ShareRetention one(database.connection, "btc");
    ShareRetention two(other_connection, "btc");
    CHECK(one.delete_some(now).value() == ShareRetention::Left::more);
    CHECK(database.number("SELECT COUNT(*) FROM worker_bucket") == rows - ShareRetention::rows_max);
    CHECK(two.delete_some(now).value() == ShareRetention::Left::more);
    CHECK(one.delete_some(now).value() == ShareRetention::Left::nothing);
    CHECK(database.number("SELECT COUNT(*) FROM worker_bucket") == 0);
}

TEST_CASE("another chain's rows are its own affair", "[database]") {
    Pool database;
    add_sums(database, "worker_bucket", now - 48h);
    ShareRetention other(database.connection, "ltc");
    REQUIRE(other.delete_some(now));
    CHECK(database.number("SELECT COUNT(*) FROM worker_bucket") == 1);
}
