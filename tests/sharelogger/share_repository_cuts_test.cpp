// What the accounts owe to blocks and closed minutes, over a real database: cuts, fences, late work
// and how far partitions have come.
#include <catch2/catch_test_macros.hpp>

#include "common/messages/share.pb.h"
#include "sharelogger/archive.hpp"
#include "sharelogger/share_repository.hpp"
#include "tests/sharelogger/shared_database.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto minute = from_unix_ms(1'700'000'040'000);
constexpr std::uint32_t partition = 2;

// A process of its own on the database, which has taken the partition over.
struct Owner {
    explicit Owner(const test::Database& database) : connection(database.open()) {
        REQUIRE(take_over());
    }
    Result<void> take_over() {
        LODE_TRY(state, shares.load(partition));
        return success();
    }
    // One share each, of these times.
    Result<void> count(const std::vector<UnixTime>& times) {
        PartitionAccount account(state, 210'000, cuts);
        for (const UnixTime at : times) {
            const auto next = account.next();
            REQUIRE(account.add({partition, next, at, std::make_shared<const v1::Share>()},
                                {.stream = StreamId(1),
                                 .sequence = Sequence(static_cast<std::uint64_t>(next) + 1),
                                 .user = "alice",
                                 .worker = "rig",
                                 .job = JobId(1),
                                 .height = 100,
                                 .bits = 0x1d00ffff,
                                 .work = bitcoin::Work(0, 5),
                                 .accepted = at}) == Verdict::counted);
        }
        const auto batch = account.take_batch();
        LODE_TRY_VOID(shares.commit({batch}, minute));
        state.next = batch.next;
        for (const auto& [stream, sequence] : batch.sequences) state.sequences[stream] = sequence;
        return success();
    }
    // Splits the first minute; all but the first share go behind the cut.
    Result<void> cut(UnixTime at) {
        const TimeRange time{minute, minute + 1min};
        LODE_TRY(const auto rows, shares.rows(partition, time));
        UserBuckets split;
        for (const auto& [row, sum] : rows) {
            UserBucketKey key = row;
            split[key] = {bitcoin::Work(0, 5), 1, {}};
            key.start = at + 1ms;
            split[key] = {bitcoin::Work(0, 5 * static_cast<std::uint64_t>(sum.shares - 1)),
                          sum.shares - 1,
                          {}};
        }
        Resplit resplit{time, split, {{at, Exactness::exact}}};
        if (rows.empty()) resplit.rows.reset();
        return shares.cut({{partition, state.next, state.fence, {resplit}, {}}});
    }

    db::Connection connection;
    ShareRepository shares{connection, "btc"};
    RoundCuts cuts;
    PartitionAccount::State state;
};

using Starts = std::map<std::int64_t, std::int64_t>;  // shares by where their row begins

Starts starts_in(test::SharedDatabase& database) {
    Starts starts;
    const auto rows =
        database.connection.query("SELECT start_unix_ms, shares FROM user_bucket").value();
    for (const auto& row : rows) {
        starts[row.integer(0) - to_unix_ms(minute)] += row.integer(1);
    }
    return starts;
}

// So many blocks, a millisecond apart.
void find_blocks(test::SharedDatabase& database, std::int64_t count) {
    REQUIRE(database.connection.transaction([&]() -> Result<void> {
        for (std::int64_t i = 0; i < count; ++i) {
            Bytes hash(32, 0);
            for (std::size_t byte = 0; byte < 8; ++byte) {
                hash[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
            }
            LODE_TRY_VOID(database.connection.execute(
                "INSERT INTO block (chain, height, block_hash, prev_hash, state, reward, "
                "user_name, worker_name, job_id, found_unix_ms, confirmations, updated_unix_ms, "
                "published_state) VALUES ('btc', 1, ?, ?, 'accepted', 1, 'alice', 'rig', 1, ?, "
                "0, 1, 'accepted')",
                {hash, hash, to_unix_ms(minute) + i}));
        }
        return success();
    }));
}

ErrorCode code_of(const Result<void>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

}  // namespace

TEST_CASE("a cut replaces the rows of its time and is known to who takes over", "[database]") {
    test::SharedDatabase database;
    Owner owner(database);
    REQUIRE(owner.count({minute, minute + 20s, minute + 30s, minute + 61s}));
    REQUIRE(owner.cut(minute + 10s));
    CHECK(starts_in(database) == Starts{{0, 1}, {10'001, 2}, {60'000, 1}});
    CHECK(database.number("SELECT COUNT(*) FROM round_cut WHERE partition_no = 2 AND exact = 1") ==
          1);
    // Rows of other partitions and other times stay, and a repeat changes nothing.
    REQUIRE(owner.take_over());
    CHECK(owner.state.cuts == std::vector<RoundCut>{{minute + 10s, Exactness::exact}});
    const auto rows = owner.shares.rows(partition, {minute, minute + 1min}).value();
    REQUIRE(rows.size() == 2);
    CHECK(rows.rbegin()->second.work == bitcoin::Work(0, 10));
    const Resplit again{{minute, minute + 1min}, rows, {{minute + 10s, Exactness::inexact}}};
    REQUIRE(owner.shares.cut({{partition, owner.state.next, owner.state.fence, {again}, {}}}));
    CHECK(starts_in(database) == Starts{{0, 1}, {10'001, 2}, {60'000, 1}});
    CHECK(database.number("SELECT SUM(exact) FROM round_cut") == 1);
}

TEST_CASE("who was replaced writes nothing more, also where the offset stands still",
          "[database]") {
    test::SharedDatabase database;
    Owner zombie(database);
    REQUIRE(zombie.count({minute, minute + 20s}));
    Owner owner(database);
    CHECK(code_of(zombie.cut(minute + 10s)) == ErrorCode::conflict);
    CHECK(database.number("SELECT COUNT(*) FROM round_cut") == 0);
    REQUIRE(owner.cut(minute + 10s));
    // The same offset, but its rows know nothing of the cut.
    CHECK(code_of(zombie.count({minute + 30s})) == ErrorCode::conflict);
    CHECK(starts_in(database) == Starts{{0, 1}, {10'001, 1}});
}

TEST_CASE("a cut behind shares that another counted is refused", "[database]") {
    test::SharedDatabase database;
    Owner owner(database);
    const auto before = owner.state;
    REQUIRE(owner.count({minute}));
    const auto late = owner.shares.cut(
        {{partition, before.next, before.fence, {}, {{minute + 10s, Exactness::exact}}}});
    CHECK(code_of(late) == ErrorCode::conflict);
    CHECK(database.number("SELECT COUNT(*) FROM round_cut") == 0);
}

TEST_CASE("rows of a closed minute stay as they are, whatever comes", "[database]") {
    test::SharedDatabase database;
    Owner owner(database);
    REQUIRE(owner.count({minute, minute + 20s}));
    const auto closed = std::to_string(to_unix_ms(minute + 2min));
    database.run(("INSERT INTO bucket_close VALUES ('btc', " + closed + ")").c_str());
    REQUIRE(owner.cut(minute + 10s));
    CHECK(database.number("SELECT COUNT(*) FROM round_cut WHERE exact = 0") == 1);
    REQUIRE(owner.count({minute + 30s, minute + 119s, minute + 121s}));
    CHECK(starts_in(database) == Starts{{0, 2}, {120'000, 3}});
    CHECK(database.number("SELECT SUM(shares) FROM late_work") == 2);
    CHECK(database.number("SELECT COUNT(*) FROM late_work WHERE counted_in_unix_ms = "
                          "1700000160000 AND start_unix_ms IN (1700000040000, 1700000100000)") ==
          2);
    // Two in the same minute are one row.
    REQUIRE(owner.count({minute + 31s}));
    CHECK(database.number("SELECT COUNT(*) FROM late_work") == 2);
    CHECK(database.number("SELECT SUM(work_0) FROM late_work") == 15);
}

TEST_CASE("blocks found are those of the chain, the newest", "[database]") {
    test::SharedDatabase database;
    for (const char* block : {"'btc', 1, 'a', 500", "'other', 1, 'b', 600", "'btc', 2, 'c', 400"}) {
        const std::string fields(block);
        database.run(("INSERT INTO block (chain, height, block_hash, found_unix_ms, prev_hash, "
                      "state, reward, user_name, worker_name, job_id, confirmations, "
                      "updated_unix_ms, published_state) VALUES (" +
                      fields + ", 'p', 'orphaned', 1, 'alice', 'rig', 1, 0, 1, '')")
                         .c_str());
    }
    Owner owner(database);
    CHECK(owner.shares.found_blocks().value() ==
          std::vector<UnixTime>{from_unix_ms(400), from_unix_ms(500)});
}

TEST_CASE("how far a partition has come never goes back", "[database]") {
    test::SharedDatabase database;
    Owner owner(database);
    const auto reached = [&] {
        return database.number(
            "SELECT reached_unix_ms FROM partition_reach WHERE partition_no = 2");
    };
    CHECK(reached() == 0);
    REQUIRE(owner.shares.note_reach({partition}, from_unix_ms(500)));
    CHECK(reached() == 500);
    REQUIRE(owner.shares.note_reach({partition}, from_unix_ms(400)));
    REQUIRE(owner.take_over());
    CHECK(reached() == 500);
}

TEST_CASE("blocks that a partition is not cut at are read oldest first", "[database]") {
    test::SharedDatabase database;
    find_blocks(database, 10);
    Owner owner(database);
    REQUIRE(owner.shares.cut({{partition,
                               owner.state.next,
                               owner.state.fence,
                               {},
                               {{minute, Exactness::exact}, {minute + 3ms, Exactness::exact}}}}));
    const auto uncut = [&](std::uint32_t of, std::size_t most) {
        std::vector<std::int64_t> after;
        const auto blocks = owner.shares.uncut_blocks(of, most).value();
        for (const UnixTime at : blocks) {
            after.push_back((at - minute).count());
        }
        return after;
    };
    CHECK(uncut(partition, 4) == std::vector<std::int64_t>{1, 2, 4, 5});
    CHECK(uncut(partition + 1, 2) == std::vector<std::int64_t>{0, 1});
    CHECK(owner.shares.found_blocks().value().size() == 10);
    // Those of closed minutes need none.
    database.run("INSERT INTO bucket_close VALUES ('btc', 1700000100001)");
    CHECK(uncut(partition, 4).empty());
    CHECK(owner.shares.found_blocks().value().empty());
    REQUIRE(owner.take_over());
    CHECK(owner.state.cuts.empty());
}

TEST_CASE("more blocks than can be known are cut in the end", "[database]") {
    constexpr std::int64_t blocks = RoundCuts::known_max + 7'000;
    test::SharedDatabase database;
    find_blocks(database, blocks);
    const test::TemporaryFolder folder;
    ArchiveWriter archive({folder.path(), "btc", "one"});
    Owner owner(database);
    Accountant accountant(owner.shares, archive, 210'000);
    REQUIRE(accountant.assign({partition}));
    for (int steps = 0; accountant.cuts_wait(); ++steps) {
        REQUIRE(steps < 100);
        REQUIRE(accountant.make_cuts({minute, SteadyTime{}}));
    }
    CHECK(database.number("SELECT COUNT(*) FROM round_cut WHERE partition_no = 2") == blocks);
}
