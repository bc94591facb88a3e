// Changes reach a database that is not there yet, in order, and whoever changed a row hears of it.
#include "blkmaker/row_writer.hpp"

#include <algorithm>
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

auto collect(std::vector<RowWriter::Told>& into) {
    return [&into](const std::vector<RowWriter::Told>& told) {
        into.insert(into.end(), told.begin(), told.end());
    };
}

// The rows of a look, and nothing else.
RowWriter::Listener looking(std::vector<StoredRow>& found) {
    return {.rows_seen = [&found](const std::vector<StoredRow>& rows) { found = rows; },
            .told = [](const auto&) {},
            .missed = [] {}};
}

}  // namespace

TEST_CASE("rows wait for the schema and are then written in order") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    std::size_t seen = 99;
    std::vector<RowWriter::Told> told;
    RowWriter writer(options_of(folder), home,
                     {.rows_seen =
                          [&](const std::vector<StoredRow>& rows) {
                              if (seen == 99) seen = rows.size();
                          },
                      .told = collect(told),
                      .missed = {}});
    writer.change(insertion, {});
    writer.change(submission(), {});
    CHECK_FALSE(writer.ready());
    prepare_database(folder);
    home.run_until([&] { return told.size() == 2; });
    using enum BlockRepository::Changed;
    CHECK(told[0].outcome.changed == yes);
    CHECK(told[0].change.row.state == BlockState::found);
    CHECK(told[1].outcome.changed == yes);
    CHECK(told[1].change.row.state == BlockState::submitted);
    writer.change(submission(), {});
    home.run_until([&] { return told.size() == 3; });
    CHECK(told[2].outcome.changed == no);
    CHECK(told[2].outcome.stands == BlockState::submitted);
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
    const RowWriter writer(options_of(folder), home, looking(found));
    home.run_until([&] { return !found.empty(); });
    CHECK(found[0].row.hash == row.hash);
}

TEST_CASE("a look hands the rows over again, with what another instance changed") {
    const test::TemporaryFolder folder;
    prepare_database(folder);
    test::WaitingScheduler home;
    std::vector<StoredRow> found;
    RowWriter writer(options_of(folder), home, looking(found));
    home.run_until([&] { return writer.ready(); });
    {
        BlockRepository other(db::Connection::open({}, folder.path().string()).value());
        REQUIRE(other.change(insertion, {}));
    }
    writer.look();
    home.run_until([&] { return !found.empty(); });
    CHECK(found[0].publication == Publication::lacking);
    writer.mark_published({row.hash, BlockState::found});
    home.run_until([&] { return writer.waiting() == 0; });
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
    std::vector<RowWriter::Told> told;
    RowWriter writer(options_of(folder), home,
                     {.rows_seen = no_rows, .told = collect(told), .missed = [] {}});
    BlockRepository::Answer answer{row.hash, "http://a", "accepted", {}};
    answer.block.bytes.fill(9);
    writer.record_answer(answer);
    writer.change(insertion, {});
    home.run_until([&] { return told.size() == 1; });
    CHECK(told[0].outcome.changed == BlockRepository::Changed::yes);
}

TEST_CASE("after an outage with more blocks than may wait, all rows are there") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    std::vector<RowWriter::Told> told;
    std::size_t missed = 0;
    auto options = options_of(folder);
    options.blocks_max = 300;
    std::vector<BlockRow> rows(1000, row);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].hash.bytes[0] = static_cast<std::uint8_t>(i);
        rows[i].hash.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    }
    std::size_t next = 0;
    RowWriter writer(options, home,
                     {.rows_seen = no_rows, .told = collect(told), .missed = [&] { ++missed; }});
    for (const BlockRow& one : rows) writer.change({std::nullopt, one, {}}, {});
    CHECK(writer.waiting() == 300);
    prepare_database(folder);
    home.run_until([&] { return missed == 1; });
    // Everything again, as from the journal, as far as there is room.
    home.run_until([&] {
        while (next < rows.size() && writer.waiting() < 150) {
            writer.change({std::nullopt, rows[next++], {}}, {});
        }
        return told.size() == 1300;
    });
    CHECK(missed == 1);
    BlockRepository repository(db::Connection::open({}, folder.path().string()).value());
    CHECK(repository.unfinished("btc").value().size() == 1000);
    const auto inserted = std::ranges::count_if(
        told, [](const auto& one) { return one.outcome.changed == BlockRepository::Changed::yes; });
    CHECK(inserted == 1000);
}

TEST_CASE("what is given up is not written any more") {
    const test::TemporaryFolder folder;
    test::WaitingScheduler home;
    RowWriter writer(options_of(folder), home,
                     {.rows_seen = no_rows, .told = [](const auto&) {}, .missed = [] {}});
    writer.change(insertion, {});
    writer.give_up();
    prepare_database(folder);
    bool drained = false;
    writer.drain([&] { drained = true; });
    home.run_until([&] { return drained; });
    CHECK(writer.waiting() == 1);
    BlockRepository repository(db::Connection::open({}, folder.path().string()).value());
    CHECK(repository.unfinished("btc").value().empty());
}
