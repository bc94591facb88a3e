// The registered users over a real SQLite file and a real data folder.
#include "sserver/user_keeper.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <stdexcept>

#include "common/base/file.hpp"
#include "sserver/user_record.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::sserver;

namespace {

struct World {
    World() {
        auto connection = db::Connection::open({}, folder.path().string());
        REQUIRE(db::migrate(connection.value()));
    }
    void add(const std::string& name) const {
        auto users = UserRepository::open({}, folder.path().string());
        REQUIRE(users.value().add({.name = name, .who = "test", .at = from_unix_ms(1)}));
    }
    void database_away() const {
        std::filesystem::rename(folder.path() / "lode.sqlite", folder.path() / "away.sqlite");
        std::filesystem::create_directory(folder.path() / "lode.sqlite");
    }
    [[nodiscard]] UserKeeperOptions options(metrics::Registry& metrics) const {
        return {.database = {},
                .database_folder = folder.path().string(),
                .folder = folder.path(),
                .clock = system_clock(),
                .metrics = metrics};
    }
    test::TemporaryFolder folder;
};

void await_names(const UserKeeper& keeper) {
    test::WaitingScheduler home;
    home.run_until([&] { return keeper.users().names() != nullptr; });
}

}  // namespace

TEST_CASE("the names of the table are shown, and kept for a start without the database") {
    const World world;
    world.add("alice");
    {
        metrics::Registry metrics;
        const UserKeeper keeper(world.options(metrics));
        await_names(keeper);
        CHECK(keeper.users().names()->has("alice"));
        CHECK_FALSE(keeper.users().names()->has("Alice"));
    }
    world.database_away();
    metrics::Registry metrics;
    const UserKeeper keeper(world.options(metrics));
    REQUIRE(keeper.users().names());
    CHECK(keeper.users().names()->has("alice"));
    CHECK_FALSE(keeper.users().names()->has("bob"));
}

TEST_CASE("without database and record no names are known") {
    const World world;
    world.database_away();
    metrics::Registry metrics;
    const UserKeeper keeper(world.options(metrics));
    CHECK(keeper.users().names() == nullptr);
}

TEST_CASE("a damaged record of users is passed over and written anew") {
    const World world;
    world.add("alice");
    const auto path = world.folder.path() / "users";
    REQUIRE(replace_file(path, "lode users 1\nbroken"));
    {
        metrics::Registry metrics;
        const UserKeeper keeper(world.options(metrics));
        await_names(keeper);
        CHECK(keeper.users().names()->has("alice"));
    }
    CHECK(read_user_record(path).value()->names->has("alice"));
}
