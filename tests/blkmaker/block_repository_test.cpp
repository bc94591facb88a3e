// Rows over a real database, SQLite or MariaDB: written once, changed by one, told once.
#include "blkmaker/block_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::blkmaker;
using Changed = BlockRepository::Changed;

namespace {

constexpr auto now = from_unix_ms(5000);

BlockRepository repository_in(const test::Database& database) {
    return BlockRepository(database.migrated());
}

BlockRow row_of(std::uint8_t tag) {
    BlockRow row;
    row.chain = "btc";
    row.hash.bytes.fill(tag);
    row.prev_hash.bytes.fill(0);
    row.height = tag;
    row.reward = bitcoin::Satoshi(12);
    row.user = "alice";
    row.worker = "rig";
    row.job = JobId(3);
    row.found = from_unix_ms(4000);
    return row;
}

}  // namespace

TEST_CASE("a block is inserted once, and a repeat does not set it back", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    const auto row = row_of(1);
    CHECK_FALSE(repository.knows(row.hash).value());
    REQUIRE(repository.insert(row, now));
    CHECK(repository.knows(row.hash).value());
    CHECK(repository.change_state({row.hash, BlockState::found, BlockState::submitted, 0}, now)
              .value() == Changed::yes);
    REQUIRE(repository.insert(row, now));
    const auto rows = repository.unfinished("btc").value();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].state == BlockState::submitted);
    CHECK(rows[0].hash == row.hash);
    CHECK(rows[0].height == 1);
    CHECK(rows[0].reward == row.reward);
    CHECK(rows[0].user == "alice");
    CHECK(rows[0].worker == "rig");
    CHECK(rows[0].job == JobId(3));
    CHECK(rows[0].found == row.found);
    CHECK(repository.unfinished("other").value().empty());
}

TEST_CASE("of two who change a state only the first has changed it", "[database]") {
    const test::Database database;
    auto one = repository_in(database);
    auto two = repository_in(database);
    const auto row = row_of(1);
    REQUIRE(one.insert(row, now));
    const ChangeState change{row.hash, BlockState::found, BlockState::accepted, 1};
    CHECK(one.change_state(change, now).value() == Changed::yes);
    CHECK(two.change_state(change, now).value() == Changed::no);
}

TEST_CASE("a final block is finished once its event is on the bus", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    const auto row = row_of(1);
    REQUIRE(repository.insert(row, now));
    REQUIRE(
        repository.change_state({row.hash, BlockState::found, BlockState::confirmed, 101}, now));
    CHECK(repository.unfinished("btc").value().size() == 1);
    REQUIRE(repository.mark_published(row.hash, BlockState::accepted));
    CHECK(repository.unfinished("btc").value().size() == 1);
    REQUIRE(repository.mark_published(row.hash, BlockState::confirmed));
    CHECK(repository.unfinished("btc").value().empty());
}

TEST_CASE("each node's last answer is kept", "[database]") {
    const test::Database database;
    auto repository = repository_in(database);
    const auto row = row_of(1);
    REQUIRE(repository.insert(row, now));
    REQUIRE(repository.record_answer({row.hash, "http://a:1", "inconclusive", now}));
    REQUIRE(repository.record_answer({row.hash, "http://a:1", "accepted", now}));
    REQUIRE(repository.record_answer({row.hash, "http://b:1", "duplicate", now}));
    auto reader = database.open();
    const auto rows = reader.query("SELECT node, answer FROM block_submission ORDER BY node");
    REQUIRE(rows.value().size() == 2);
    CHECK(rows.value()[0].text(1) == "accepted");
    CHECK(rows.value()[1].text(1) == "duplicate");
}
