// The database's face over a real SQLite file or a real MariaDB server.
#include <catch2/catch_test_macros.hpp>

#include "common/db/dialect.hpp"
#include "tests/support/database.hpp"

using namespace lode;
using db::Connection;
using db::Value;

namespace {

Connection with_table(const test::Database& database) {
    auto connection = database.open();
    REQUIRE(connection.execute(
        "CREATE TABLE t (k BIGINT PRIMARY KEY, n BIGINT, s VARCHAR(16), h BINARY(32))"));
    return connection;
}

}  // namespace

TEST_CASE("values come back as they went in", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    Bytes hash{0, 1, 0xff, 0, '\'', '?', 0};
    hash.resize(32);
    REQUIRE(
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)",
                           {std::int64_t{INT64_MIN}, Value(), std::string("it's ? \x01"), hash}));
    const auto rows = connection.query("SELECT k, n, s, h FROM t WHERE h = ?", {hash});
    REQUIRE(rows);
    REQUIRE(rows.value().size() == 1);
    const auto& row = rows.value().front();
    CHECK(row.integer(0) == INT64_MIN);
    CHECK(row.is_null(1));
    CHECK(row.text(2) == "it's ? \x01");
    CHECK(row.bytes(3) == hash);
    if (!database.is_mysql()) {
        CHECK(connection.query("SELECT typeof(h) FROM t").value().front().text(0) == "blob");
    }
}

TEST_CASE("sums and counts are integers", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    REQUIRE(connection.execute("INSERT INTO t VALUES (1, 5, 'a', NULL), (2, 6, 'b', NULL)"));
    const auto rows = connection.query("SELECT SUM(n), COUNT(*), MAX(n) FROM t WHERE k > 9");
    CHECK(rows.value().front().is_null(0));
    CHECK(rows.value().front().integer(1) == 0);
    CHECK(connection.query("SELECT SUM(n) FROM t").value().front().integer(0) == 11);
}

TEST_CASE("execute tells how many rows it changed", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    REQUIRE(connection.execute("INSERT INTO t VALUES (1, 5, 'a', NULL), (2, 5, 'b', NULL)"));
    CHECK(connection.execute("UPDATE t SET n = 6 WHERE n = 5 AND s = ?", {std::string("a")})
              .value() == 1);
    CHECK(connection.execute("UPDATE t SET n = 7 WHERE n = 4").value() == 0);
}

TEST_CASE("an upsert of thousands of rows adds to what is there", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    db::Upsert upsert{.table = "t", .columns = {"k", "n"}, .key = {"k"}, .add = {"n"}};
    for (std::int64_t k = 0; k < 1234; ++k) upsert.rows.push_back({k, k});
    REQUIRE(connection.upsert(upsert));
    REQUIRE(connection.upsert(upsert));
    const auto rows = connection.query("SELECT COUNT(*), SUM(n) FROM t");
    CHECK(rows.value().front().integer(0) == 1234);
    CHECK(rows.value().front().integer(1) == 1234 * 1233);
}

TEST_CASE("a failed transaction leaves nothing", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    const auto outcome = connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(connection.execute("INSERT INTO t (k) VALUES (1)"));
        return failure(ErrorCode::conflict, "another owner");
    });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::conflict);
    CHECK(connection.query("SELECT COUNT(*) FROM t").value().front().integer(0) == 0);
    REQUIRE(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(connection.execute("INSERT INTO t (k) VALUES (1)"));
        return success();
    }));
    CHECK(connection.query("SELECT COUNT(*) FROM t").value().front().integer(0) == 1);
}

TEST_CASE("each kind of failure has its code", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    CHECK(connection.execute("SELEKT").error().code == ErrorCode::internal);
    REQUIRE(connection.execute("INSERT INTO t (k) VALUES (1)"));
    CHECK(connection.execute("INSERT INTO t (k) VALUES (1)").error().code == ErrorCode::conflict);
    CHECK(Connection::open({.url = "nosql://u@h/db"}, "").error().code == ErrorCode::malformed);
    const auto missing = Connection::open({.url = "sqlite:/nonexistent/folder/x"}, "");
    CHECK(missing.error().code == ErrorCode::unavailable);
    CHECK(missing.error().context.find("/nonexistent/folder/x") != std::string::npos);
}

TEST_CASE("two connections see each other's commits", "[database]") {
    const test::Database database;
    auto one = with_table(database);
    auto two = database.open();
    REQUIRE(one.execute("INSERT INTO t (k) VALUES (1)"));
    CHECK(two.query("SELECT COUNT(*) FROM t").value().front().integer(0) == 1);
}

TEST_CASE("ids and sums are read in full width, and a sum past it fails", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(connection.execute("CREATE TABLE w (id " + std::string(connection.dialect().id_type) +
                               ", n BIGINT)"));
    constexpr std::int64_t large = std::int64_t{1} << 61;
    REQUIRE(connection.execute("INSERT INTO w VALUES (?, ?), (?, ?)",
                               {large, large, large + 1, large}));
    const auto ids = connection.query("SELECT id FROM w ORDER BY id").value();
    CHECK(ids[0].integer(0) == large);
    CHECK(ids[1].integer(0) == large + 1);
    CHECK(connection.query("SELECT SUM(n) FROM w").value().front().integer(0) == 2 * large);
    REQUIRE(connection.execute("UPDATE w SET n = ?", {std::int64_t{INT64_MAX}}));
    CHECK_FALSE(connection.query("SELECT SUM(n) FROM w"));
}

TEST_CASE("text differs by case, by trailing spaces and by every byte", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(connection.execute(db::in_dialect(
        "CREATE TABLE names (name VARCHAR(16) NOT NULL, UNIQUE (name))", connection.dialect())));
    const std::vector<std::string> names{"ab", "aB",    "ab ",      "",         " ",
                                         ":x", "a\\'b", "\xff\xfe", "\xc3\xa4", "a\xcc\x88"};
    for (const std::string& name : names) {
        REQUIRE(connection.execute("INSERT INTO names VALUES (?)", {name}));
    }
    for (const std::string& name : names) {
        const auto rows = connection.query("SELECT name FROM names WHERE name = ?", {name}).value();
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].text(0) == name);
    }
    CHECK(connection.query("SELECT name FROM names WHERE name = 'ab'").value().size() == 1);
    const auto sorted = connection.query("SELECT name FROM names ORDER BY name").value();
    CHECK(sorted[0].text(0).empty());
    CHECK(sorted.back().text(0) == "\xff\xfe");
}

TEST_CASE("an update that leaves a row as it was has matched it", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    REQUIRE(connection.execute("INSERT INTO t (k, n) VALUES (1, 5)"));
    CHECK(connection.execute("UPDATE t SET n = 5 WHERE k = 1").value() == 1);
    CHECK(connection.execute("DELETE FROM t WHERE k < 9").value() == 1);
}

TEST_CASE("an upsert that changes nothing hides no other error", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(connection.execute(
        "CREATE TABLE known (k BIGINT NOT NULL, n BIGINT NOT NULL, UNIQUE (k))"));
    db::Upsert upsert{.table = "known",
                      .columns = {"k", "n"},
                      .key = {"k"},
                      .add = {},
                      .replace = {},
                      .rows = {{std::int64_t{1}, std::int64_t{5}}}};
    REQUIRE(connection.upsert(upsert));
    upsert.rows = {{std::int64_t{1}, std::int64_t{6}}};
    REQUIRE(connection.upsert(upsert));
    CHECK(connection.query("SELECT n FROM known").value().front().integer(0) == 5);
    upsert.rows = {{std::int64_t{2}, Value()}};
    CHECK(connection.upsert(upsert).error().code == ErrorCode::conflict);
}

TEST_CASE("an error names the statement and never its data", "[database]") {
    const test::Database database;
    auto connection = with_table(database);
    const std::vector<Value> values{std::int64_t{7'654'321}, std::string("alice")};
    const std::string_view sql = "INSERT INTO t (k, s) VALUES (?, ?)";
    REQUIRE(connection.execute(sql, values));
    const auto again = connection.execute(sql, values);
    REQUIRE_FALSE(again);
    const auto& text = again.error().context;
    CHECK(text.find("INSERT INTO t (k, s) VALUES (?, ?): ") != std::string::npos);
    CHECK(text.find("alice") == std::string::npos);
    CHECK(text.find("7654321") == std::string::npos);
}

TEST_CASE("an error about another engine's url shows no password") {
    const auto refused = Connection::open({.url = "nosql://lode:hunter2@db.example/lode"}, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context.find("hunter2") == std::string::npos);
}

TEST_CASE("a write is refused at once by a database that another holds, when told not to wait") {
    const test::TemporaryFolder folder;
    auto holder = Connection::open({}, folder.path().string()).value();
    auto other = Connection::open({}, folder.path().string()).value();
    REQUIRE(other.query("PRAGMA busy_timeout = 0"));
    REQUIRE(holder.execute("BEGIN IMMEDIATE"));
    const auto busy = other.transaction([]() -> Result<void> { return success(); });
    REQUIRE_FALSE(busy);
    CHECK(busy.error().code == ErrorCode::unavailable);
    REQUIRE(holder.execute("COMMIT"));
    CHECK(other.transaction([]() -> Result<void> { return success(); }));
}

TEST_CASE("a database's file may have any name") {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "a = b; c.sqlite";
    REQUIRE(Connection::open({.url = "sqlite:" + path.string()}, ""));
    CHECK(std::filesystem::exists(path));
}
