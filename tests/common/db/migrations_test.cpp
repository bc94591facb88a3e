// The schema grows step by step and can be asked for its version.
#include <catch2/catch_test_macros.hpp>

#include "common/db/db.hpp"
#include "tests/support/database.hpp"

using namespace lode;

TEST_CASE("migrating an empty database gives the newest schema, and twice is once", "[database]") {
    const test::Database database;
    auto connection = database.open();
    CHECK(db::schema_version(connection).value() == 0);
    REQUIRE(db::migrate(connection));
    CHECK(db::schema_version(connection).value() == db::newest_schema_version());
    REQUIRE(db::migrate(connection));
    CHECK(connection.query("SELECT COUNT(*) FROM schema_version").value().front().integer(0) ==
          db::newest_schema_version());
    for (const char* table :
         {"user", "worker", "user_bucket", "worker_bucket", "consumer_offset", "stream_sequence",
          "block", "block_submission", "lease", "audit_log", "worker_hour", "worker_day"}) {
        CHECK(connection.query("SELECT COUNT(*) FROM " + std::string(table)));
    }
}

TEST_CASE("a schema newer than the program is left alone", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(db::migrate(connection));
    REQUIRE(connection.execute("INSERT INTO schema_version VALUES (1000)"));
    REQUIRE(db::migrate(connection));
    CHECK(db::schema_version(connection).value() == 1000);
}

TEST_CASE("a worker belongs to a user that exists, and names differ by case", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(db::migrate(connection));
    const std::string_view worker =
        "INSERT INTO worker (user_id, name, created_unix_ms, last_share_unix_ms)"
        " VALUES (1, 'rig', 1, 1)";
    CHECK_FALSE(connection.execute(worker));
    const std::string_view user = "INSERT INTO user (name, created_unix_ms) VALUES (?, 1)";
    REQUIRE(connection.execute(user, {std::string("1AbC")}));
    CHECK(connection.execute(user, {std::string("1aBc")}));
    CHECK_FALSE(connection.execute(user, {std::string("1AbC")}));
    CHECK(connection.execute(worker));
}
