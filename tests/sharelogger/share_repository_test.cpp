// Accounts over a real SQLite file: a batch is written once, whoever tries and however often.
#include "sharelogger/share_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/db/limbs.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr auto start = from_unix_ms(1'700'000'040'000);

ShareRepository repository_in(const test::TemporaryFolder& folder) {
    auto connection = db::Connection::open({}, folder.path().string());
    REQUIRE(connection);
    REQUIRE(db::migrate(connection.value()));
    return ShareRepository(std::move(connection).value(), "btc");
}

// Two shares of alice's, on offsets expected and expected + 1.
PartitionBatch batch_from(std::int64_t expected) {
    PartitionAccount account({.partition = 2, .next = expected, .sequences = {}}, 210'000);
    for (std::uint64_t sequence = 1; sequence <= 2; ++sequence) {
        REQUIRE(account.add(expected + static_cast<std::int64_t>(sequence) - 1,
                            {.stream = StreamId(~0ULL),
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

Totals totals_in(const test::TemporaryFolder& folder, const std::string& table) {
    auto reader = db::Connection::open({}, folder.path().string()).value();
    const auto row =
        reader.query("SELECT SUM(shares), SUM(work_0), SUM(work_1), SUM(work_2) FROM " + table)
            .value()
            .front();
    return {row.integer(0), db::work_of({row.integer(1), row.integer(2), row.integer(3)}).value()};
}

}  // namespace

TEST_CASE("a batch moves offset, sums and sequences on together") {
    const test::TemporaryFolder folder;
    auto repository = repository_in(folder);
    CHECK(repository.load(2).value().next == 0);
    REQUIRE(repository.commit({batch_from(0)}, start));
    const auto state = repository.load(2).value();
    CHECK(state.next == 2);
    CHECK(state.sequences == Sequences{{StreamId(~0ULL), Sequence(2)}});
    for (const char* table : {"user_bucket", "worker_bucket"}) {
        const auto totals = totals_in(folder, table);
        CHECK(totals.shares == 2);
        CHECK(totals.work == bitcoin::Work(2, 10));
    }
}

TEST_CASE("a batch that another has written changes nothing") {
    const test::TemporaryFolder folder;
    auto one = repository_in(folder);
    auto zombie = repository_in(folder);
    REQUIRE(one.load(2));
    REQUIRE(one.commit({batch_from(0)}, start));
    const auto outcome = zombie.commit({batch_from(0)}, start);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::conflict);
    CHECK(totals_in(folder, "user_bucket").shares == 2);
}

TEST_CASE("later batches add to the same buckets and users keep their ids") {
    const test::TemporaryFolder folder;
    auto repository = repository_in(folder);
    REQUIRE(repository.load(2));
    REQUIRE(repository.commit({batch_from(0)}, start));
    REQUIRE(repository.commit({batch_from(2)}, start));
    CHECK(totals_in(folder, "user_bucket").shares == 4);
    auto reader = db::Connection::open({}, folder.path().string()).value();
    CHECK(reader.query("SELECT COUNT(*) FROM user").value().front().integer(0) == 1);
    CHECK(reader.query("SELECT COUNT(*) FROM worker").value().front().integer(0) == 2);
    CHECK(reader.query("SELECT COUNT(*) FROM user_bucket").value().front().integer(0) == 1);
}

TEST_CASE("ids given in a transaction that failed are not remembered") {
    const test::TemporaryFolder folder;
    auto repository = repository_in(folder);
    REQUIRE(repository.load(2));
    auto other = batch_from(0);
    other.partition = 3;  // never loaded, so its offset row does not exist
    CHECK_FALSE(repository.commit({batch_from(0), other}, start));
    CHECK(repository.load(2).value().next == 0);
    REQUIRE(repository.commit({batch_from(0)}, start));
    CHECK(totals_in(folder, "user_bucket").shares == 2);
}

TEST_CASE("the job topic has an offset of its own") {
    const test::TemporaryFolder folder;
    auto repository = repository_in(folder);
    CHECK(repository.load_job_offset().value() == 0);
    REQUIRE(repository.move_job_offset(0, 7));
    CHECK(repository.load_job_offset().value() == 7);
    CHECK(repository.move_job_offset(0, 9).error().code == ErrorCode::conflict);
}

TEST_CASE("what is committed is told by partition, offset and sums together") {
    const test::TemporaryFolder folder;
    auto repository = repository_in(folder);
    CHECK(repository.committed().value().empty());
    REQUIRE(repository.load(2));
    REQUIRE(repository.load(3));
    REQUIRE(repository.commit({batch_from(0)}, start));
    const auto committed = repository.committed().value();
    REQUIRE(committed.size() == 2);
    CHECK(committed.at(2).next == 2);
    CHECK(committed.at(2).total == ShareTotal{2, bitcoin::Work(2, 10)});
    CHECK(committed.at(3).next == 0);
    CHECK(committed.at(3).total == ShareTotal{});
}
