// The schema grows step by step and can be asked for its version.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "common/db/engine.hpp"
#include "tests/support/database.hpp"

using namespace lode;

namespace {

// The engine until so many statements were run, then gone, as for a process that is killed.
class CutEngine final : public db::Engine {
  public:
    CutEngine(std::unique_ptr<db::Engine> engine, int statements)
        : engine_(std::move(engine)), left_(statements) {}

    [[nodiscard]] const db::Dialect& dialect() const override { return engine_->dialect(); }
    [[nodiscard]] bool is_open() const override { return left_ > 0 && engine_->is_open(); }
    [[nodiscard]] Result<void> open() override {
        if (left_ == 0) return failure(ErrorCode::unavailable, "cut");
        return engine_->open();
    }
    void close() override { engine_->close(); }
    [[nodiscard]] Result<std::int64_t> run(const db::Statement& statement,
                                           const EachRow& each) override {
        if (left_ == 0) return failure(ErrorCode::unavailable, "cut");
        --left_;
        return engine_->run(statement, each);
    }
    [[nodiscard]] Result<void> lock() override { return engine_->lock(); }
    [[nodiscard]] Result<void> unlock(Ending ending) override { return engine_->unlock(ending); }

  private:
    std::unique_ptr<db::Engine> engine_;
    int left_;
};

std::unique_ptr<db::Engine> engine_of(const test::Database& database) {
    auto engine = database.is_mysql() ? db::make_mysql_engine(database.config()).value()
                                      : db::make_sqlite_engine(database.folder() + "/lode.sqlite");
    REQUIRE(engine->open());
    return engine;
}

// Every table's and index's definition as the engine tells it.
std::vector<std::string> schema_of(const test::Database& database) {
    auto connection = database.open();
    std::vector<std::string> definitions;
    const bool mysql = test::Database::is_mysql();
    const auto tables = connection.query(
        mysql ? "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
                "ORDER BY table_name"
              : "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name");
    for (const auto& row : tables.value()) {
        definitions.push_back(
            mysql ? connection.query("SHOW CREATE TABLE " + row.text(0)).value().front().text(1)
                  : row.text(1));
    }
    return definitions;
}

}  // namespace

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

TEST_CASE("asking for the version makes no table", "[database]") {
    const test::Database database;
    auto connection = database.open();
    CHECK(db::schema_version(connection).value() == 0);
    CHECK(schema_of(database).empty());
}

TEST_CASE("a schema newer than the program is left alone", "[database]") {
    const test::Database database;
    auto connection = database.open();
    REQUIRE(db::migrate(connection));
    REQUIRE(connection.execute("INSERT INTO schema_version VALUES (1000)"));
    REQUIRE(db::migrate(connection));
    CHECK(db::schema_version(connection).value() == 1000);
}

TEST_CASE("who needs a schema waits for it", "[database]") {
    const test::Database database;
    auto connection = database.open();
    const auto needed = db::need_schema(connection, 1);
    REQUIRE_FALSE(needed);
    CHECK(needed.error().code == ErrorCode::unavailable);
    REQUIRE(db::migrate(connection));
    CHECK(db::need_schema(connection, 1));
    CHECK(db::need_schema(connection, db::newest_schema_version()));
    CHECK_FALSE(db::need_schema(connection, db::newest_schema_version() + 1));
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

TEST_CASE("a migration cut after any statement is brought to its end by the next", "[database]") {
    const test::Database whole;
    (void)whole.migrated();
    const test::Database cut;
    int runs = 0;
    std::int64_t version = 0;
    // Each run gets one statement further; from each version on, counting begins again.
    for (int statements = 0; version < db::newest_schema_version(); ++statements, ++runs) {
        db::Connection connection(std::make_unique<CutEngine>(engine_of(cut), statements));
        const bool done = db::migrate(connection).has_value();
        auto reader = cut.open();
        const auto reached = db::schema_version(reader).value();
        CHECK(done == (reached == db::newest_schema_version()));
        if (reached > version) statements = 0;
        version = reached;
    }
    CHECK(runs > 20);
    CHECK(schema_of(cut) == schema_of(whole));
    auto connection = cut.open();
    CHECK(connection.query("SELECT COUNT(*) FROM schema_version").value().front().integer(0) ==
          db::newest_schema_version());
}

TEST_CASE("several who migrate at once make one schema", "[database]") {
    const test::Database database;
    std::vector<Result<void>> outcomes(4, failure(ErrorCode::internal, "not run"));
    {
        std::vector<std::jthread> migrators;
        for (auto& outcome : outcomes) {
            migrators.emplace_back([&] {
                auto connection = db::Connection::open(database.config(), database.folder());
                outcome = connection ? db::migrate(connection.value()) : connection.error();
            });
        }
    }
    for (const auto& outcome : outcomes) {
        INFO((outcome ? "" : outcome.error().context));
        CHECK(outcome);
    }
    auto connection = database.open();
    CHECK(connection.query("SELECT COUNT(*) FROM schema_version").value().front().integer(0) ==
          db::newest_schema_version());
}
