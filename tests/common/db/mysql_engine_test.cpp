// A MariaDB server that deadlocks, dies, hangs and refuses: nothing is lost, doubled or waited for
// without end. Run as db_mysql only.
#include <barrier>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "common/db/db.hpp"
#include "tests/support/database.hpp"
#include "tests/support/mariadb_server.hpp"

using namespace lode;
using db::Connection;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

Connection connect(const config::DatabaseConfig& config) {
    auto connection = Connection::open(config, "");
    if (!connection) FAIL(connection.error().context);
    return std::move(connection).value();
}

std::int64_t number(Connection& connection, const char* sql) {
    const auto rows = connection.query(sql);
    if (!rows) FAIL(rows.error().context);
    return rows.value().front().integer(0);
}

// Batches as sharelogger writes them: the first UPDATE moves an offset on, or another has.
void make_ledger(Connection& connection) {
    REQUIRE(connection.execute("CREATE TABLE position (next_offset BIGINT NOT NULL)"));
    REQUIRE(connection.execute("INSERT INTO position VALUES (0)"));
    REQUIRE(connection.execute("CREATE TABLE applied (number BIGINT NOT NULL)"));
}

template <class Between>
Result<void> apply(Connection& connection, std::int64_t number, Between between) {
    return connection.transaction([&]() -> Result<void> {
        LODE_TRY(const auto moved,
                 connection.execute("UPDATE position SET next_offset = ? WHERE next_offset = ?",
                                    {number + 1, number}));
        if (moved != 1) return failure(ErrorCode::conflict, "it stands elsewhere");
        between();
        LODE_TRY_VOID(connection.execute("INSERT INTO applied VALUES (?)", {number}));
        return success();
    });
}

// A certificate signed by itself, for 127.0.0.1; its key is beside it.
std::string make_certificate(const test::TemporaryFolder& folder, const std::string& name) {
    std::string path = (folder.path() / name).string();
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -keyout " + path +
        ".key -out " + path + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    return path;
}

// Writes batches up to `count` whatever happens to the server; tells how far it is.
void write_all(Connection& connection, std::int64_t count, std::atomic<std::int64_t>& next) {
    while (next < count) {
        const auto written = apply(connection, next, [] {});
        if (written) {
            ++next;
            next.notify_all();
        } else if (written.error().code == ErrorCode::conflict) {
            const auto rows = connection.query("SELECT next_offset FROM position");
            if (rows) next = rows.value().front().integer(0);
        }
    }
}

}  // namespace

TEST_CASE("a deadlock of two connections is run again by the one that lost", "[.][mysql]") {
    const test::Database database;
    auto setup = database.open();
    REQUIRE(setup.execute("CREATE TABLE t (k BIGINT PRIMARY KEY, n BIGINT NOT NULL)"));
    REQUIRE(setup.execute("INSERT INTO t VALUES (1, 0), (2, 0)"));
    std::barrier both_hold_one(2);
    std::atomic<int> runs = 0;
    const auto add = [&](std::int64_t first, std::int64_t second) {
        auto connection = database.open();
        bool again = false;
        const auto outcome = connection.transaction([&]() -> Result<void> {
            ++runs;
            LODE_TRY_VOID(connection.execute("UPDATE t SET n = n + 1 WHERE k = ?", {first}));
            if (!std::exchange(again, true)) both_hold_one.arrive_and_wait();
            LODE_TRY_VOID(connection.execute("UPDATE t SET n = n + 1 WHERE k = ?", {second}));
            return success();
        });
        CHECK(outcome);
    };
    {
        const std::jthread one([&] { add(1, 2); });
        const std::jthread other([&] { add(2, 1); });
    }
    CHECK(runs == 3);
    CHECK(number(setup, "SELECT SUM(n) FROM t") == 4);
}

TEST_CASE("a server killed between statements is found again after its restart", "[.][mysql]") {
    test::MariadbServer server;
    auto connection = connect(server.config());
    make_ledger(connection);
    server.kill();
    CHECK(connection.execute("INSERT INTO applied VALUES (7)").error().code ==
          ErrorCode::unavailable);
    server.start();
    // Without one failure: the session is known to be gone before anything is sent.
    CHECK(connection.execute("INSERT INTO applied VALUES (8)"));
    server.kill();
    server.start();
    CHECK(number(connection, "SELECT SUM(number) FROM applied") == 8);
}

TEST_CASE("a batch whose server is killed in its middle is applied once", "[.][mysql]") {
    test::MariadbServer server;
    auto connection = connect(server.config());
    make_ledger(connection);
    bool killed = false;
    const auto outcome = apply(connection, 0, [&] {
        if (std::exchange(killed, true)) return;
        server.kill();
        server.start();
    });
    CHECK(outcome);
    CHECK(number(connection, "SELECT COUNT(*) FROM applied") == 1);
    CHECK(number(connection, "SELECT next_offset FROM position") == 1);
}

TEST_CASE("batches are applied once each while the server is killed again and again",
          "[.][mysql]") {
    test::MariadbServer server;
    auto writing = connect(server.config());
    make_ledger(writing);
    constexpr int kills = 5;
    constexpr std::int64_t batches = 400;
    std::atomic<std::int64_t> next = 0;
    {
        const std::jthread writer([&] { write_all(writing, batches, next); });
        for (int i = 1; i <= kills; ++i) {
            for (std::int64_t seen = next; seen < i * 60; seen = next) next.wait(seen);
            server.kill();
            server.start();
        }
    }
    auto reader = connect(server.config());
    CHECK(number(reader, "SELECT COUNT(*) FROM applied") == batches);
    CHECK(number(reader, "SELECT COUNT(DISTINCT number) FROM applied") == batches);
    CHECK(number(reader, "SELECT next_offset FROM position") == batches);
}

TEST_CASE("a server that hangs is unavailable within ten seconds", "[.][mysql]") {
    test::MariadbServer server;
    auto connection = connect(server.config());
    make_ledger(connection);
    server.pause();
    const auto start = Clock::now();
    const auto outcome = apply(connection, 0, [] {});
    const auto took = Clock::now() - start;
    const auto refused = Connection::open(server.config(), "");
    const auto opened = Clock::now() - start - took;
    server.go_on();
    CHECK(outcome.error().code == ErrorCode::unavailable);
    CHECK(took < 11s);
    CHECK(took > 5s);
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK(refused.error().context.find(server.config().url) != std::string::npos);
    CHECK(opened < 4s);
    CHECK(apply(connection, 0, [] {}));
    CHECK(number(connection, "SELECT COUNT(*) FROM applied") == 1);
}

TEST_CASE("a lock that another holds is waited for, not for ever", "[.][mysql]") {
    const test::Database database;
    auto holder = database.open();
    auto other = database.open();
    REQUIRE(holder.execute("CREATE TABLE t (k BIGINT PRIMARY KEY)"));
    REQUIRE(holder.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(holder.execute("INSERT INTO t VALUES (1)"));
        std::atomic<bool> waited = false;
        const std::jthread waiting([&] {
            const auto refused = other.execute("INSERT INTO t VALUES (1)");
            CHECK(refused.error().code == ErrorCode::unavailable);
            CHECK(refused.error().context.find("error 1205") != std::string::npos);
            waited = true;
        });
        // At work all the time.
        while (!waited) {
            LODE_TRY_VOID(holder.query("SELECT SLEEP(0.1)"));
        }
        return success();
    }));
    CHECK(other.execute("INSERT INTO t VALUES (1)").error().code == ErrorCode::conflict);
}

TEST_CASE("who stands still in a transaction holds nobody up for long", "[.][mysql]") {
    const test::Database database;
    auto stopped = database.open();
    auto next_owner = database.open();
    make_ledger(stopped);
    int runs = 0;
    const auto late = apply(stopped, 0, [&] {
        if (++runs > 1) return;
        // As if stopped here: what follows is another's, which gets the row within its one wait.
        const auto start = Clock::now();
        CHECK(apply(next_owner, 0, [] {}));
        CHECK(Clock::now() - start < 5s);
    });
    CHECK(late.error().code == ErrorCode::conflict);
    CHECK(runs == 1);
    CHECK(number(stopped, "SELECT COUNT(*) FROM applied") == 1);
    CHECK(number(stopped, "SELECT next_offset FROM position") == 1);
}

TEST_CASE("who may only read, or not even that, waits for the schema", "[.][mysql]") {
    test::MariadbServer server;
    server.administer(
        "CREATE USER reader@'127.0.0.1'; CREATE USER nobody@'127.0.0.1';"
        "GRANT SELECT ON lode.* TO reader@'127.0.0.1'");
    auto config = server.config();
    config.password = Secret();
    const auto as = [&](const std::string& user) {
        auto theirs = config;
        theirs.url.replace(theirs.url.find("lode@"), 4, user);
        return Connection::open(theirs, "");
    };
    auto reader = as("reader");
    REQUIRE(reader);
    CHECK(db::schema_version(reader.value()).value() == 0);
    auto writer = connect(server.config());
    REQUIRE(db::migrate(writer));
    CHECK(db::schema_version(reader.value()).value() == db::newest_schema_version());
    const auto denied = as("nobody");
    REQUIRE_FALSE(denied);
    CHECK(denied.error().code == ErrorCode::unavailable);
    CHECK(denied.error().context.find("Access denied") != std::string::npos);
}

TEST_CASE("a password may hold any character and is never shown", "[.][mysql]") {
    test::MariadbServer server;
    server.administer(
        "CREATE USER quoted@'127.0.0.1' IDENTIFIED BY 'a b\\\\'c\\\\\\\\d;e=f';"
        "GRANT ALL ON lode.* TO quoted@'127.0.0.1'");
    auto config = server.config();
    config.url.replace(config.url.find("lode@"), 4, "quoted");
    config.password = Secret("a b'c\\d;e=f");
    const auto opened = Connection::open(config, "");
    INFO((opened ? "" : opened.error().context));
    CHECK(opened);
    config.password = Secret("hunter2");
    CHECK(Connection::open(config, "").error().context.find("hunter2") == std::string::npos);
}

TEST_CASE("with an authority named only its servers are spoken to, over TLS", "[.][mysql]") {
    const test::TemporaryFolder folder;
    const std::string ours = make_certificate(folder, "ours");
    const std::string theirs = make_certificate(folder, "theirs");
    const test::MariadbServer with("--ssl-cert=" + ours + " --ssl-key=" + ours + ".key");
    auto config = with.config();
    config.ca_file = ours;
    auto connection = connect(config);
    const auto cipher = connection.query("SHOW STATUS LIKE 'Ssl_cipher'");
    CHECK_FALSE(cipher.value().front().text(1).empty());
    config.ca_file = theirs;
    const auto stranger = Connection::open(config, "");
    REQUIRE_FALSE(stranger);
    CHECK(stranger.error().code == ErrorCode::unavailable);

    const test::Database without;
    auto plain = without.config();
    plain.ca_file = ours;
    const auto refused = Connection::open(plain, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK(refused.error().context.find("TLS") != std::string::npos);
}

TEST_CASE("a server whose packets are too small is refused with the reason", "[.][mysql]") {
    const test::MariadbServer server("--max-allowed-packet=1M");
    const auto refused = Connection::open(server.config(), "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context.find("max_allowed_packet") != std::string::npos);
}
