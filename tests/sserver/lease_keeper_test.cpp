// The lease over a real SQLite file and real data folders.
#include "sserver/lease_keeper.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "common/base/file.hpp"
#include "sserver/counter_file.hpp"
#include "sserver/session_numbers.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;

namespace {

constexpr auto patience = std::chrono::seconds(30);

struct World {
    World() {
        auto database = db::Connection::open({}, folder.path().string());
        REQUIRE(db::migrate(database.value()));
    }
    std::filesystem::path data(const std::string& name) const {
        const auto path = folder.path() / name;
        (void)FolderLock::take(path).value();
        return path;
    }
    void database_away() {
        std::filesystem::rename(folder.path() / "lode.sqlite", folder.path() / "away.sqlite");
        std::filesystem::create_directory(folder.path() / "lode.sqlite");
    }
    void database_back() {
        std::filesystem::remove(folder.path() / "lode.sqlite");
        std::filesystem::rename(folder.path() / "away.sqlite", folder.path() / "lode.sqlite");
    }
    test::TemporaryFolder folder;
};

class Started {
  public:
    Started(const World& world, const std::filesystem::path& data,
            std::optional<std::uint16_t> id = {}) {
        auto opened = LeaseKeeper::open({.id = id,
                                         .database = {},
                                         .database_folder = world.folder.path(),
                                         .folder = data,
                                         .clock = system_clock()},
                                        home_, [this](const Result<void>& outcome) {
                                            if (!outcome && !conflict_) conflict_ = outcome.error();
                                        });
        if (!opened) {
            first = opened.error();
            return;
        }
        keeper = std::move(opened).value();
        first = keeper->await_first(patience);
    }
    ~Started() {
        std::promise<void> gone;
        home_.post([&] {
            keeper.reset();
            gone.set_value();
        });
        gone.get_future().get();
    }
    void release() {
        std::promise<void> done;
        home_.post([&] { keeper->release([&] { done.set_value(); }); });
        REQUIRE(done.get_future().wait_for(patience) == std::future_status::ready);
    }
    Result<void> first = success();
    std::unique_ptr<LeaseKeeper> keeper;

  private:
    std::optional<Error> conflict_;
    runtime::Loop home_{"lease-test"};
};

void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

}  // namespace

TEST_CASE("a copy of a folder has another holder, the folder itself always the same") {
    const World world;
    const auto folder = world.data("a");
    const std::string holder = holder_of(folder).value();
    CHECK(holder_of(folder).value() == holder);
    copy_folder(folder, world.folder.path() / "b");
    CHECK(holder_of(world.folder.path() / "b").value() != holder);
    CHECK_FALSE(holder_of(world.folder.path() / "none"));
}

TEST_CASE("sservers around one database have ids of their own, and keep them over restarts") {
    const World world;
    const auto a = world.data("a");
    const auto b = world.data("b");
    {
        const Started one(world, a);
        const Started two(world, b);
        CHECK(one.keeper->identity() == Identity{1, 1});
        CHECK(two.keeper->identity() == Identity{2, 1});
    }
    const Started two(world, b);
    const Started one(world, a);
    CHECK(one.keeper->identity() == Identity{1, 2});
    CHECK(two.keeper->identity() == Identity{2, 2});
}

TEST_CASE("without the database a folder with a record serves on, one without waits") {
    World world;
    const auto a = world.data("a");
    const auto b = world.data("b");
    { const Started one(world, a); }
    world.database_away();
    {
        const Started one(world, a);
        const Started two(world, b);
        CHECK(one.keeper->identity() == Identity{1, 2});
        CHECK_FALSE(two.keeper->identity());
        CHECK(two.keeper->trouble() == "waiting for the database to lease a server id");
    }
    world.database_back();
    const Started two(world, b);
    const Started one(world, a);
    CHECK(one.keeper->identity() == Identity{1, 3});
    CHECK(two.keeper->identity()->id == 2);
}

TEST_CASE("a copied folder is refused, with the database and without") {
    World world;
    const auto a = world.data("a");
    const Started one(world, a);
    copy_folder(a, world.folder.path() / "copy");
    for (int away = 0; away < 2; ++away) {
        if (away == 1) world.database_away();
        const Started twin(world, world.folder.path() / "copy");
        REQUIRE_FALSE(twin.first);
        CHECK(twin.first.error().code == ErrorCode::conflict);
        CHECK(twin.first.error().context.starts_with("the data folder is a copy"));
    }
}

TEST_CASE("a fixed id that another has is a conflict at the start") {
    const World world;
    const Started one(world, world.data("a"), 9);
    CHECK(one.keeper->identity() == Identity{9, 1});
    const Started two(world, world.data("b"), 9);
    REQUIRE_FALSE(two.first);
    CHECK(two.first.error().code == ErrorCode::conflict);
}

TEST_CASE("a database of an older schema is waited for") {
    test::TemporaryFolder empty;
    (void)db::Connection::open({}, empty.path().string()).value();
    const auto opened = LeaseRepository::open({}, empty.path().string());
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::unavailable);
}

TEST_CASE("an id given back is taken back by its folder at the next start") {
    const World world;
    const auto a = world.data("a");
    {
        Started one(world, a);
        one.release();
        CHECK_FALSE(one.keeper->identity());
    }
    const Started one(world, a);
    CHECK(one.keeper->identity() == Identity{1, 2});
}

TEST_CASE("no extranonce1 is given out twice over restarts, outages and copies") {
    World world;
    std::set<std::uint32_t> given;
    std::set<Identity> identities;
    std::size_t refused = 0;
    const std::vector<std::filesystem::path> folders{world.data("a"), world.data("b")};
    for (std::size_t round = 0; round < 12; ++round) {
        if (round % 4 == 2) world.database_away();
        const auto twin = world.folder.path() / ("copy-" + std::to_string(round));
        copy_folder(folders[round % 2], twin);
        std::vector<std::unique_ptr<Started>> running;
        for (const auto& folder : {folders[0], folders[1], twin}) {
            auto started = std::make_unique<Started>(world, folder);
            if (!started->first) {
                ++refused;
                continue;
            }
            const auto identity = started->keeper->identity();
            REQUIRE(identity);
            CHECK(identities.insert(*identity).second);
            const auto path = folder / "session-numbers";
            SessionNumbers numbers(read_counter(path).value(),
                                   [path](std::uint32_t end) { return write_counter(path, end); });
            for (int i = 0; i < 100; ++i) {
                const auto number = numbers.take(system_clock().steady_now()).value();
                CHECK(given.insert(extranonce1(identity->id, number)).second);
            }
            running.push_back(std::move(started));
        }
        if (round % 4 == 3) world.database_back();
    }
    // The first copy was made before there was a lease in the folder.
    CHECK(refused == 11);
    CHECK(given.size() == 25 * 100);
}
