// Tokens made, listed and revoked in a database of a private folder.
#include "lode/api_command.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/db/db.hpp"
#include "lode/operator.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::launcher;

namespace {

struct Pool {
    test::TemporaryFolder folder;
    std::filesystem::path data = folder.path() / "data";
    Options options{.config = folder.path() / "lode.toml"};

    Pool() {
        const std::string chain =
            "[[chain]]\nname = \"btc\"\nnetwork = \"regtest\"\n"
            "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
            "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\ncookie_file = \"cookie\"\n";
        REQUIRE(replace_file(options.config, "data_dir = \"" + data.string() + "\"\n" + chain));
        std::filesystem::create_directories(data);
    }
    [[nodiscard]] db::Connection database() const {
        return db::Connection::open({}, data.string()).value();
    }
};

}  // namespace

TEST_CASE("an operator's token is made, listed and revoked") {
    Pool pool;
    auto database = pool.database();
    REQUIRE(db::migrate(database));
    pool.options.token = {.scope = "admin", .name = "desk", .expires = std::chrono::hours(12)};
    CHECK(api_token_create(pool.options).value() == 0);
    CHECK(api_token_list(pool.options).value() == 0);
    const auto rows =
        database.query("SELECT id, expires_unix_ms - created_unix_ms, scope FROM api_token")
            .value();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().integer(1) == 12 * 3'600'000);
    CHECK(rows.front().text(2) == "admin");
    pool.options.token.id = rows.front().integer(0);
    CHECK(api_token_revoke(pool.options).value() == 0);
    CHECK(api_token_revoke(pool.options).error().code == ErrorCode::rejected);
    const auto log = database.query("SELECT who, action FROM audit_log ORDER BY id").value();
    REQUIRE(log.size() == 2);
    CHECK(log.front().text(0) == operator_name());
    CHECK(log.front().text(1) == "token made");
    CHECK(log.back().text(1) == "token revoked");
}

TEST_CASE("a watcher's token belongs to a user who is there") {
    Pool pool;
    auto database = pool.database();
    REQUIRE(db::migrate(database));
    pool.options.token = {.scope = "watch", .name = "wall", .expires = {}};
    pool.options.user = "alice";
    CHECK(api_token_create(pool.options).error().code == ErrorCode::rejected);
    REQUIRE(database.execute("INSERT INTO user (name, created_unix_ms) VALUES ('alice', 1)"));
    CHECK(api_token_create(pool.options).value() == 0);
    const auto rows = database.query("SELECT user_name, expires_unix_ms FROM api_token").value();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().text(0) == "alice");
    CHECK(rows.front().integer(1) == 0);
}

TEST_CASE("a database that is not ready is no fault of the configuration's") {
    Pool pool;
    CHECK(api_token_list(pool.options).error().code == ErrorCode::unavailable);
}
