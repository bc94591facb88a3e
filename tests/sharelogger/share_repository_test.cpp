// Accounts over a real SQLite file: a batch is written once, whoever tries and however often.
#include "sharelogger/share_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/db/limbs.hpp"
#include "common/messages/share.pb.h"
#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr auto start = from_unix_ms(1'700'000'040'000);

// A process of its own on the database.
struct Repository {
    explicit Repository(const test::Database& database) : connection(database.migrated()) {}
    ShareRepository* operator->() { return &shares; }

    db::Connection connection;
    ShareRepository shares{connection, "btc"};
};

// Two shares of alice's, on offsets expected and expected + 1.
PartitionBatch batch_from(std::int64_t expected, std::int64_t fence = 1,
                          const RoundCuts& cuts = {}) {
    PartitionAccount account(
        {.partition = 2, .next = expected, .sequences = {}, .fence = fence, .cuts = {}}, 210'000,
        cuts);
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
        const ShareRecord record{2, expected + static_cast<std::int64_t>(sequence) - 1, start,
                                 std::make_shared<const v1::Share>()};
        REQUIRE(account.add(record, {.stream = StreamId(~0ULL),
                                     .sequence = Sequence(sequence),
                                     .user = "alice",
                                     .worker = sequence == 1 ? "rig" : "",
                                     .job = JobId(1),
                                     .height = 100,
                                     .bits = 0x1d00ffff,
                                     .work = bitcoin::Work(1, 5),
                                     .accepted = start}) == Verdict::counted);
    }
    return account.take_batch();
}

struct Totals {
    std::int64_t shares;
    bitcoin::Work work;
};

// Without taking the partition over.
std::int64_t next_in(const test::Database& database) {
    return database.open()
        .query("SELECT next_offset FROM consumer_offset WHERE partition_no = 2")
        .value()
        .front()
        .integer(0);
}

Totals totals_in(const test::Database& database, const std::string& table) {
    auto reader = database.open();
    const auto row =
        reader.query("SELECT SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) FROM " + table)
            .value()
            .front();
    return {row.integer(0), db::work_of({row.integer(1), row.integer(2), row.integer(3)}).value()};
}

}  // namespace

TEST_CASE("a batch moves offset, sums and sequences on together", "[database]") {
    const test::Database database;
    Repository repository(database);
    CHECK(repository->load(2).value().next == 0);
    REQUIRE(repository->commit({batch_from(0)}, start));
    const auto state = repository->load(2).value();
    CHECK(state.next == 2);
    CHECK(state.sequences == Sequences{{StreamId(~0ULL), Sequence(2)}});
    for (const char* table : {"user_bucket", "worker_bucket"}) {
        const auto totals = totals_in(database, table);
        CHECK(totals.shares == 2);
        CHECK(totals.work == bitcoin::Work(2, 10));
    }
}

TEST_CASE("each step of the pool's work holds what users' minutes hold", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    for (std::int64_t offset = 0; offset < 8; offset += 2) {
        REQUIRE(repository->commit({batch_from(offset)}, start));
    }
    const auto users = totals_in(database, "user_bucket");
    CHECK(users.shares == 8);
    for (const char* step : {"600000", "3600000", "86400000"}) {
        const auto pool = totals_in(database, std::string("pool_work WHERE step_ms = ") + step);
        CHECK(pool.shares == users.shares);
        CHECK(pool.work == users.work);
    }
}

TEST_CASE("a batch that another has written changes nothing", "[database]") {
    const test::Database database;
    Repository one(database);
    Repository zombie(database);
    REQUIRE(one->load(2));
    REQUIRE(one->commit({batch_from(0)}, start));
    const auto outcome = zombie->commit({batch_from(0)}, start);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::conflict);
    CHECK(totals_in(database, "user_bucket").shares == 2);
    CHECK(totals_in(database, "pool_work WHERE step_ms = 86400000").shares == 2);
}

TEST_CASE("later batches add to the same buckets and users keep their ids", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    REQUIRE(repository->commit({batch_from(0)}, start));
    REQUIRE(repository->commit({batch_from(2)}, start));
    CHECK(totals_in(database, "user_bucket").shares == 4);
    auto reader = database.open();
    CHECK(reader.query("SELECT COUNT(*) FROM user").value().front().integer(0) == 1);
    CHECK(reader.query("SELECT COUNT(*) FROM worker").value().front().integer(0) == 2);
    CHECK(reader.query("SELECT COUNT(*) FROM user_bucket").value().front().integer(0) == 1);
}

TEST_CASE("a bucket is of the pool's scheme or of solo mining", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    auto batch = batch_from(0);
    const auto [key, sum] = *batch.users.begin();
    batch.users.emplace(
        UserBucketKey{key.user, key.start, key.bits, key.height_epoch, Scheme::solo}, sum);
    REQUIRE(repository->commit({batch}, start));
    auto reader = database.open();
    const auto rows =
        reader.query("SELECT scheme, shares FROM user_bucket ORDER BY scheme").value();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].text(0) == "base");
    CHECK(rows[1].text(0) == "solo");
    CHECK(rows[1].integer(1) == 2);
}

TEST_CASE("ids given in a transaction that failed are not remembered", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    auto other = batch_from(0);
    other.partition = 3;  // never loaded, so its offset row does not exist
    CHECK_FALSE(repository->commit({batch_from(0), other}, start));
    CHECK(next_in(database) == 0);
    REQUIRE(repository->commit({batch_from(0)}, start));
    CHECK(totals_in(database, "user_bucket").shares == 2);
}

TEST_CASE("batches of several partitions are written together or not at all", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    REQUIRE(repository->load(3));
    auto other = batch_from(0);
    other.partition = 3;
    REQUIRE(repository->commit({batch_from(0), other}, start));
    CHECK(totals_in(database, "user_bucket").shares == 4);
    CHECK(totals_in(database, "worker_bucket").shares == 4);
    const auto late = repository->commit({batch_from(2), other}, start);
    CHECK(late.error().code == ErrorCode::conflict);
    CHECK(next_in(database) == 2);
    CHECK(totals_in(database, "worker_bucket").shares == 4);
}

TEST_CASE("workers' last shares are noted when asked to", "[database]") {
    const test::Database database;
    Repository repository(database);
    REQUIRE(repository->load(2));
    REQUIRE(repository->commit({batch_from(0)}, from_unix_ms(1)));
    REQUIRE(repository->note_last_shares());
    REQUIRE(repository->note_last_shares());
    const auto rows =
        repository.connection.query("SELECT last_share_unix_ms, created_unix_ms FROM worker")
            .value();
    REQUIRE(rows.size() == 2);
    for (const auto& row : rows) {
        CHECK(row.integer(0) == to_unix_ms(start));
        CHECK(row.integer(1) == 1);
    }
}

TEST_CASE("what is committed is told by partition, offset and sums together", "[database]") {
    const test::Database database;
    Repository repository(database);
    CHECK(repository->committed().value().empty());
    REQUIRE(repository->load(2));
    REQUIRE(repository->load(3));
    REQUIRE(repository->commit({batch_from(0)}, start));
    const auto committed = repository->committed().value();
    REQUIRE(committed.size() == 2);
    CHECK(committed.at(2).next == 2);
    CHECK(committed.at(2).total == ShareTotal{2, bitcoin::Work(2, 10)});
    CHECK(committed.at(3).next == 0);
    CHECK(committed.at(3).total == ShareTotal{});
}
