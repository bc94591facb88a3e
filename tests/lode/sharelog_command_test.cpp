// dump and verify on an archive and a database in a private folder.
#include "lode/sharelog_command.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/db/db.hpp"
#include "sharelogger/archive.hpp"
#include "sharelogger/gap_repository.hpp"
#include "sharelogger/share_repository.hpp"
#include "tests/sharelogger/builders.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::launcher;
using namespace lode::sharelogger;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr std::uint32_t partition = 5;

// A pool that was stopped: two shares archived and counted.
struct Pool {
    test::TemporaryFolder folder;
    std::filesystem::path data = folder.path() / "data";
    Options options{.config = folder.path() / "lode.toml"};
    v1::Job job = test::a_job();

    Pool() {
        const std::string chain =
            "[[chain]]\nname = \"btc\"\nnetwork = \"regtest\"\n"
            "payout_address = \"bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080\"\n"
            "[[chain.node]]\nurl = \"http://127.0.0.1:18443\"\ncookie_file = \"cookie\"\n";
        REQUIRE(replace_file(options.config, "data_dir = \"" + data.string() + "\"\n" + chain));
        std::filesystem::create_directories(data);
        auto connection = db::Connection::open({}, data.string());
        REQUIRE(connection);
        REQUIRE(db::migrate(connection.value()));
        v1::JobMessage message;
        *message.mutable_job() = job;
        archive(FrameKind::job, 0, {message.SerializeAsString()});
        count({test::a_share(job, 1), test::a_share(job, 2)});
    }

    // Into the archive, without the database hearing of it.
    void archive(FrameKind kind, std::int64_t first,
                 const std::vector<std::string>& messages) const {
        ArchiveWriter writer({data / "sharelogger" / "archive", "btc", "one"});
        const FrameHeader header{.kind = kind,
                                 .partition = kind == FrameKind::job ? 0 : partition,
                                 .first = first,
                                 .next = first + static_cast<std::int64_t>(messages.size())};
        const Frame frame{header, test::packed(messages)};
        REQUIRE(writer.append(frame, noon));
    }
    void count(const std::vector<v1::Share>& shares) const {
        auto connection = db::Connection::open({}, data.string()).value();
        ShareRepository repository(connection, "btc");
        const RoundCuts cuts;
        PartitionAccount account(repository.load(partition).value(), 150, cuts);
        std::int64_t offset = account.next();
        std::vector<std::string> messages;
        for (const auto& share : shares) {
            const auto parsed = parse_share(share, noon);
            REQUIRE(parsed);
            const ShareRecord record{partition, offset++, noon,
                                     std::make_shared<const v1::Share>(share)};
            REQUIRE(account.add(record, parsed.value()) == Verdict::counted);
            messages.push_back(share.SerializeAsString());
        }
        const auto batch = account.take_batch();
        archive(FrameKind::share, batch.expected, messages);
        REQUIRE(repository.commit({batch}, noon));
    }
    void change(const char* sql) const {
        REQUIRE(db::Connection::open({}, data.string()).value().execute(sql));
    }
};

}  // namespace

TEST_CASE("an archive that agrees with the database is verified") {
    const Pool pool;
    CHECK(sharelog_verify(pool.options).value() == 0);
    CHECK(sharelog_dump(pool.options).value() == 0);
}

TEST_CASE("a batch that the database has not committed yet is no difference") {
    const Pool pool;
    pool.archive(FrameKind::share, 2, {test::a_share(pool.job, 3).SerializeAsString()});
    CHECK(sharelog_verify(pool.options).value() == 0);
}

TEST_CASE("a share more in the database than in the archive is found out") {
    const Pool pool;
    pool.change("UPDATE user_bucket SET shares = shares + 1");
    CHECK(sharelog_verify(pool.options).value() == 1);
}

TEST_CASE("work that was altered in the database is found out") {
    const Pool pool;
    pool.change("UPDATE user_bucket SET work_0 = work_0 - 1");
    CHECK(sharelog_verify(pool.options).value() == 1);
}

TEST_CASE("of one day the shares are proved and the sums not compared") {
    Pool pool;
    pool.change("UPDATE user_bucket SET shares = shares + 1");
    pool.options.day = "2026-11-21";
    CHECK(sharelog_verify(pool.options).value() == 0);
}

TEST_CASE("a share that does not hold fails the verification") {
    const Pool pool;
    auto share = test::a_share(pool.job, 3);
    share.set_height(share.height() + 1);
    pool.count({share});
    CHECK(sharelog_verify(pool.options).value() == 1);
}

TEST_CASE("a day that was not archived is a failure at run time, not of configuration") {
    Pool pool;
    pool.options.day = "2020-01-01";
    CHECK(sharelog_verify(pool.options).error().code == ErrorCode::unavailable);
}

TEST_CASE("a damaged archive is a failure at run time") {
    const Pool pool;
    const auto day = pool.data / "sharelogger" / "archive" / "btc" / "2026-11-21";
    REQUIRE(replace_file(day / "share-0005-two", std::string(200, 'x')));
    CHECK(sharelog_verify(pool.options).error().code == ErrorCode::internal);
}

TEST_CASE("a gap that a sharelogger stands at is accepted once, any other never") {
    Pool pool;
    pool.options.gap = {
        .stream = test::a_share(pool.job, 1).stream(), .from = 3, .to = 5, .reason = "lost"};
    CHECK(sharelog_accept_gap(pool.options).error().code == ErrorCode::rejected);
    auto connection = db::Connection::open({}, pool.data.string()).value();
    GapRepository gaps(connection, "btc");
    const Gap gap{StreamId(pool.options.gap.stream), Sequence(3), Sequence(5)};
    REQUIRE(gaps.report({partition, 2, gap}, "sharelogger-1", noon));
    CHECK(sharelog_accept_gap(pool.options).value() == 0);
    CHECK(gaps.last_sequence(partition, gap.stream).value() == Sequence(5));
    CHECK(sharelog_accept_gap(pool.options).error().code == ErrorCode::rejected);
    CHECK(sharelog_verify(pool.options).value() == 0);
}

TEST_CASE("the files of all instances are read together") {
    const Pool pool;
    ArchiveWriter zombie({pool.data / "sharelogger" / "archive", "btc", "two"});
    Frame frame{{.kind = FrameKind::share, .partition = partition, .first = 1, .next = 2},
                test::packed({test::a_share(pool.job, 2).SerializeAsString()})};
    REQUIRE(zombie.append(frame, noon));
    frame.header.next = 9;
    REQUIRE(zombie.append(frame, noon));
    CHECK(sharelog_verify(pool.options).value() == 0);
}

TEST_CASE("users' sums that follow from the archive are recomputed the same") {
    Pool pool;
    pool.archive(FrameKind::share, 2, {test::a_share(pool.job, 3).SerializeAsString()});
    CHECK(sharelog_recompute(pool.options).value() == 0);
    // The shares are of 2023.
    pool.options.day = "2023-11-14";
    CHECK(sharelog_recompute(pool.options).value() == 0);
}

TEST_CASE("a sum that does not follow from the archive is found out") {
    for (const char* sql : {"UPDATE user_bucket SET shares = shares + 1",
                            "UPDATE user_bucket SET work_1 = work_1 + 1",
                            "UPDATE user_bucket SET start_unix_ms = start_unix_ms + 60000",
                            "UPDATE user_bucket SET scheme = 'solo'",
                            "UPDATE user_bucket SET bits = 7", "DELETE FROM user_bucket"}) {
        CAPTURE(sql);
        Pool pool;
        pool.change(sql);
        CHECK(sharelog_recompute(pool.options).value() == 1);
        pool.options.day = "2023-11-15";
        CHECK(sharelog_recompute(pool.options).value() == 0);
    }
}
