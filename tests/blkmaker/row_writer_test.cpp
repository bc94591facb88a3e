// Changes reach a database that is not there yet, in order, and whoever changed a row hears of it.
#include "blkmaker/row_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

BlockRow a_row() {
    BlockRow row;
    row.chain = "btc";
    row.hash.bytes.fill(1);
    row.height = 5;
    row.user = "alice";
    return row;
}

}  // namespace

TEST_CASE("rows wait for the schema and are then written in order") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    const auto row = a_row();
    std::size_t found = 99;
    bool changed = false;
    RowWriter writer({.data_folder = folder.path().string(), .chain = "btc"}, home,
                     [&](const std::vector<BlockRow>& rows) { found = rows.size(); });
    writer.insert(row, {});
    writer.change_state({row.hash, BlockState::found, BlockState::submitted, 0}, {},
                        [&] { changed = true; });
    CHECK_FALSE(writer.ready());
    {
        auto connection = db::Connection::open({}, folder.path().string()).value();
        REQUIRE(db::migrate(connection));
    }
    home.run_until([&] { return changed; });
    CHECK(found == 0);
    CHECK(writer.ready());
    bool drained = false;
    writer.drain([&] { drained = true; });
    home.run_until([&] { return drained; });
    CHECK(writer.waiting() == 0);
}

TEST_CASE("what an earlier run left unfinished is handed over first") {
    const test::TemporaryFolder folder;
    const auto row = a_row();
    {
        auto connection = db::Connection::open({}, folder.path().string()).value();
        REQUIRE(db::migrate(connection));
        BlockRepository repository(std::move(connection));
        REQUIRE(repository.insert(row, {}));
    }
    test::WaitingScheduler home;
    std::vector<BlockRow> found;
    const RowWriter writer({.data_folder = folder.path().string(), .chain = "btc"}, home,
                           [&](const std::vector<BlockRow>& rows) { found = rows; });
    home.run_until([&] { return !found.empty(); });
    CHECK(found[0].hash == row.hash);
}

TEST_CASE("only a block without a row is reported missing") {
    const test::TemporaryFolder folder;
    {
        auto connection = db::Connection::open({}, folder.path().string()).value();
        REQUIRE(db::migrate(connection));
    }
    test::WaitingScheduler home;
    const auto row = a_row();
    auto other = row.hash;
    other.bytes.fill(2);
    std::vector<int> missing;
    RowWriter writer({.data_folder = folder.path().string(), .chain = "btc"}, home,
                     [](const std::vector<BlockRow>&) {});
    writer.when_missing(row.hash, [&] { missing.push_back(1); });
    writer.insert(row, {});
    writer.when_missing(row.hash, [&] { missing.push_back(2); });
    writer.when_missing(other, [&] { missing.push_back(3); });
    home.run_until([&] { return missing.size() >= 2; });
    CHECK(missing == std::vector{1, 3});
}
