// Changes reach a database that is not there yet, in order, and whoever changed a row hears of it.
#include "blkmaker/row_writer.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::blkmaker;
using namespace std::chrono_literals;

namespace {

const BlockRow row = test::a_row(1);
const RowChange insertion{std::nullopt, row, {}};

RowChange submission() {
    RowChange change{BlockState::found, row, {}};
    change.row.state = BlockState::submitted;
    return change;
}

void prepare_database(const test::TemporaryFolder& folder) {
    auto connection = db::Connection::open({}, folder.path().string()).value();
    REQUIRE(db::migrate(connection));
}

RowWriter::Options options_of(const test::TemporaryFolder& folder) {
    return {.database = {}, .data_folder = folder.path().string(), .chain = "btc"};
}

void no_rows(const std::vector<StoredRow>&) {}

}  // namespace

TEST_CASE("rows wait for the schema and are then written in order") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    std::size_t seen = 99;
    std::vector<BlockRepository::Changed> outcomes;
    const auto told = [&](const RowChange&, const BlockRepository::Outcome& outcome) {
        outcomes.push_back(outcome.changed);
    };
    RowWriter writer(options_of(folder), home,
                     [&](const std::vector<StoredRow>& rows) { seen = rows.size(); });
    writer.change(insertion, {}, told);
    writer.change(submission(), {}, told);
    writer.change(submission(), {}, told);
    CHECK_FALSE(writer.ready());
    prepare_database(folder);
    home.run_until([&] { return outcomes.size() == 3; });
    using enum BlockRepository::Changed;
    CHECK(outcomes == std::vector{yes, yes, no});
    CHECK(seen == 0);
    CHECK(writer.ready());
    bool drained = false;
    writer.drain([&] { drained = true; });
    home.run_until([&] { return drained; });
    CHECK(writer.waiting() == 0);
}

TEST_CASE("what an earlier run left unfinished is handed over first") {
    const test::TemporaryFolder folder;
    prepare_database(folder);
    {
        BlockRepository repository(db::Connection::open({}, folder.path().string()).value());
        REQUIRE(repository.change(insertion, {}));
    }
    test::WaitingScheduler home;
    std::vector<StoredRow> found;
    const RowWriter writer(options_of(folder), home,
                           [&](const std::vector<StoredRow>& rows) { found = rows; });
    home.run_until([&] { return !found.empty(); });
    CHECK(found[0].row.hash == row.hash);
}

TEST_CASE("a look hands the rows over again, with what another instance changed") {
    const test::TemporaryFolder folder;
    prepare_database(folder);
    test::WaitingScheduler home;
    std::vector<StoredRow> found;
    RowWriter writer(options_of(folder), home,
                     [&](const std::vector<StoredRow>& rows) { found = rows; });
    home.run_until([&] { return writer.ready(); });
    {
        BlockRepository other(db::Connection::open({}, folder.path().string()).value());
        REQUIRE(other.change(insertion, {}));
    }
    writer.look();
    home.run_until([&] { return !found.empty(); });
    CHECK(found[0].publication == Publication::lacking);
    writer.mark_published({row.hash, BlockState::found});
    writer.look();
    home.run_until([&] { return found[0].publication == Publication::done; });
}

TEST_CASE("a row the database refuses does not hold up those behind it") {
    const test::TemporaryFolder folder;
    prepare_database(folder);
    {
        auto connection = db::Connection::open({}, folder.path().string()).value();
        REQUIRE(connection.execute("DROP TABLE block_submission"));
    }
    test::WaitingScheduler home;
    bool written = false;
    RowWriter writer(options_of(folder), home, no_rows);
    writer.record_answer({row.hash, "http://a", "accepted", {}});
    writer.change(insertion, {}, [&](const auto&, const auto&) { written = true; });
    home.run_until([&] { return written; });
}
