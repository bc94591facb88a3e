// Rows over a real database, SQLite or MariaDB: written once, changed by one, told once.
#include "blkmaker/block_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"
#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::blkmaker;
using Changed = BlockRepository::Changed;

namespace {

constexpr auto now = from_unix_ms(5000);
const BlockRow row = test::a_row(1);
const RowChange insertion{std::nullopt, row, {}};

BlockRepository repository_in(const test::Database& database) {
    return BlockRepository(database.migrated());
}

RowChange to(BlockState from, BlockState state, std::int64_t confirmations = 0) {
    RowChange change{from, row, {}};
    change.row.state = state;
    change.row.confirmations = confirmations;
    return change;
}

}  // namespace

TEST_CASE("a block is inserted once, and a repeat does not set it back", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    CHECK(repository.change(insertion, now).value().changed == Changed::yes);
    CHECK(repository.change(to(BlockState::found, BlockState::submitted), now).value().changed ==
          Changed::yes);
    const auto again = repository.change(insertion, now).value();
    CHECK(again.changed == Changed::no);
    CHECK(again.stands == BlockState::submitted);
    const auto rows = repository.unfinished("btc").value();
    REQUIRE(rows.size() == 1);
    const BlockRow& read = rows[0].row;
    CHECK(rows[0].publication == Publication::lacking);
    CHECK(read.state == BlockState::submitted);
    CHECK(read.hash == row.hash);
    CHECK(read.height == 1);
    CHECK(read.reward == row.reward);
    CHECK(read.user == "alice");
    CHECK(read.worker == "rig");
    CHECK(read.job == JobId(3));
    CHECK(read.found == row.found);
    CHECK(repository.unfinished("other").value().empty());
}

TEST_CASE("a block's coinbase is written with its row, once, and read with it", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    auto connection = database.open();
    RowChange solo = insertion;
    solo.row.coinbase->finder = Finder::solo_miner;
    solo.row.coinbase->pool_amount = bitcoin::Satoshi(3);
    const auto written = [&] {
        return connection.query("SELECT txid, pool_amount, solo FROM block_coinbase").value();
    };
    REQUIRE(repository.change(solo, now));
    REQUIRE(repository.change(insertion, now));
    REQUIRE(repository.change(to(BlockState::found, BlockState::submitted), now));
    REQUIRE(written().size() == 1);
    CHECK(written()[0].bytes(0) == to_bytes(row.coinbase->txid.view()));
    CHECK(written()[0].integer(1) == 3);
    CHECK(written()[0].integer(2) == 1);
    CHECK(repository.unfinished("btc").value().at(0).row.coinbase == solo.row.coinbase);
}

TEST_CASE("a row without its coinbase gets it when the block is recorded again", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    RowChange without = insertion;
    without.row.coinbase.reset();
    REQUIRE(repository.change(without, now).value().changed == Changed::yes);
    CHECK_FALSE(repository.unfinished("btc").value().at(0).row.coinbase);
    CHECK(repository.change(insertion, now).value().changed == Changed::no);
    CHECK(repository.unfinished("btc").value().at(0).row.coinbase == row.coinbase);
}

TEST_CASE("a row and its coinbase are there together or not at all", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    CHECK_FALSE(repository.together([&]() -> Result<void> {
        LODE_TRY_VOID(repository.change(insertion, now));
        return failure(ErrorCode::internal, "the transaction fails behind it");
    }));
    auto connection = database.open();
    CHECK(connection.query("SELECT solo FROM block_coinbase").value().empty());
    CHECK(repository.unfinished("btc").value().empty());
}

TEST_CASE("of two who change a state only the first has changed it, the other learns of it",
          "[database]") {
    const test::Database database;
    auto one = repository_in(database);
    auto two = repository_in(database);
    CHECK(one.change(insertion, now).value().changed == Changed::yes);
    CHECK(two.change(insertion, now).value().changed == Changed::no);
    const auto first = one.change(to(BlockState::found, BlockState::accepted, 1), now).value();
    CHECK(first.changed == Changed::yes);
    const auto second = two.change(to(BlockState::found, BlockState::submitted), now).value();
    CHECK(second.changed == Changed::no);
    CHECK(second.stands == BlockState::accepted);
}

TEST_CASE("a change of a row that is not there is told so", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    const auto outcome =
        repository.change(to(BlockState::found, BlockState::accepted), now).value();
    CHECK(outcome.changed == Changed::no);
    CHECK_FALSE(outcome.stands);
}

TEST_CASE("a final block is finished once its event is on the bus", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    REQUIRE(repository.change(insertion, now));
    REQUIRE(repository.mark_published({row.hash, BlockState::found}));
    CHECK(repository.unfinished("btc").value()[0].publication == Publication::done);
    REQUIRE(repository.change(to(BlockState::found, BlockState::confirmed, 101), now));
    // An event of a state that is no more does not count.
    REQUIRE(repository.mark_published({row.hash, BlockState::found}));
    CHECK(repository.unfinished("btc").value()[0].publication == Publication::lacking);
    REQUIRE(repository.mark_published({row.hash, BlockState::confirmed}));
    CHECK(repository.unfinished("btc").value().empty());
}

TEST_CASE("each node's last answer is kept", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    REQUIRE(repository.change(insertion, now));
    REQUIRE(repository.record_answers({{row.hash, "http://a:1", "inconclusive", now}}));
    REQUIRE(repository.record_answers({{row.hash, "http://a:1", "accepted", now}}));
    REQUIRE(repository.record_answers({{row.hash, "http://b:1", "duplicate", now}}));
    auto reader = database.open();
    const auto rows = reader.query("SELECT node, answer FROM block_submission ORDER BY node");
    REQUIRE(rows.value().size() == 2);
    CHECK(rows.value()[0].text(1) == "accepted");
    CHECK(rows.value()[1].text(1) == "duplicate");
}
