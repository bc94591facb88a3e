// Users of a database in a private folder.
#include "lode/user_command.hpp"

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
    Result<int> add(const std::string& name) {
        options.user = name;
        return user_add(options);
    }
};

}  // namespace

TEST_CASE("a user is added once, with who did so") {
    Pool pool;
    auto database = pool.database();
    REQUIRE(db::migrate(database));
    CHECK(pool.add("alice").value() == 0);
    CHECK(pool.add("alice").error().code == ErrorCode::rejected);
    CHECK(pool.add("no name").error().code == ErrorCode::rejected);
    CHECK(pool.add("Alice").value() == 0);
    const auto rows = database.query("SELECT who, action, detail FROM audit_log").value();
    REQUIRE(rows.size() == 2);
    CHECK(rows.front().text(0) == operator_name());
    CHECK(rows.front().text(1) == "user added");
    CHECK(rows.front().text(2) == "alice");
    CHECK(user_list(pool.options).value() == 0);
}

TEST_CASE("trouble with the database is none of the configuration") {
    Pool pool;
    CHECK(pool.add("alice").error().code == ErrorCode::unavailable);
    CHECK(user_list(pool.options).error().code == ErrorCode::unavailable);
    CHECK(at_run_time({ErrorCode::malformed, "x"}).code == ErrorCode::internal);
    CHECK(at_run_time({ErrorCode::exhausted, "x"}).code == ErrorCode::exhausted);
}
