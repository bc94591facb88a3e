// The archive read back: each share once, proved again, up to what is committed.
#include "sharelogger/sharelog.hpp"

#include <catch2/catch_test_macros.hpp>

#include "sharelogger/archive.hpp"
#include "tests/sharelogger/builders.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00 UTC
constexpr std::uint32_t partition = 5;
constexpr std::int64_t everything = 1'000'000;

// An archive being written; each frame takes the next offsets.
struct Archive {
    test::TemporaryFolder folder;
    v1::Job job = test::a_job();

    void add_job(UnixTime when) {
        v1::JobMessage message;
        *message.mutable_job() = job;
        write({{.kind = FrameKind::job, .partition = 0, .first = 0, .next = 1, .count = 0},
               test::packed({message.SerializeAsString()})},
              when, "one");
    }
    void add(const std::vector<v1::Share>& shares, std::int64_t first, UnixTime when = noon,
             const std::string& instance = "one") {
        Frame frame{{.kind = FrameKind::share,
                     .partition = partition,
                     .first = first,
                     .next = first + static_cast<std::int64_t>(shares.size()),
                     .count = 0},
                    {}};
        for (const auto& share : shares) frame.messages.push_back(share.SerializeAsString());
        write(frame, when, instance);
    }
    void write(const Frame& frame, UnixTime when, const std::string& instance) const {
        ArchiveWriter writer({folder.path(), "btc", instance});
        REQUIRE(writer.append(frame, when));
    }
    [[nodiscard]] v1::Share share(std::uint64_t sequence) const {
        return test::a_share(job, sequence);
    }
};

struct Reading {
    std::vector<std::uint64_t> good;
    std::vector<std::uint64_t> bad;
    SharelogTotals totals;
};

Reading read(const Archive& archive, std::int64_t committed = everything,
             std::optional<std::string> day = {}) {
    Reading reading;
    auto totals =
        read_sharelog({.folder = archive.folder.path(),
                       .chain = "btc",
                       .day = std::move(day),
                       .committed = {{partition, committed}}},
                      [&](const v1::Share& share, const Result<bitcoin::Hash256>& proof) {
                          (proof ? reading.good : reading.bad).push_back(share.sequence());
                      });
    REQUIRE(totals);
    reading.totals = std::move(totals).value();
    return reading;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("every share of the archive is visited, proved and summed") {
    Archive archive;
    archive.add_job(noon);
    archive.add({archive.share(1), archive.share(2)}, 0);
    archive.add({archive.share(3)}, 2);
    const auto reading = read(archive);
    CHECK(reading.good == Numbers{1, 2, 3});
    CHECK(reading.totals.jobs == 1);
    CHECK(reading.totals.bad == 0);
    const auto each = bitcoin::work_of_target(test::share_target());
    CHECK(reading.totals.partitions ==
          std::map<std::uint32_t, ShareTotal>{{partition, {3, each + each + each}}});
    CHECK(reading.totals.total().shares == 3);
}

TEST_CASE("a share that two instances archived is visited once") {
    Archive archive;
    archive.add_job(noon);
    archive.add({archive.share(1), archive.share(2)}, 0, noon, "one");
    archive.add({archive.share(5), archive.share(6)}, 4, noon, "one");
    archive.add({archive.share(2), archive.share(3), archive.share(4), archive.share(5)}, 1, noon,
                "two");
    const auto reading = read(archive);
    CHECK(reading.good == Numbers{1, 2, 5, 6, 3, 4});
    CHECK(reading.totals.total().shares == 6);
}

TEST_CASE("the same sequence in another stream is another share") {
    Archive archive;
    archive.add_job(noon);
    auto other = archive.share(1);
    other.set_stream(other.stream() + 1);
    archive.add({archive.share(1), other}, 0);
    CHECK(read(archive).good == Numbers{1, 1});
}

TEST_CASE("a frame past the committed offset is left aside, its shares unseen") {
    Archive archive;
    archive.add_job(noon);
    archive.add({archive.share(1), archive.share(2)}, 0, noon, "one");
    archive.add({archive.share(3)}, 2, noon, "one");
    archive.add({archive.share(2)}, 1, noon, "two");
    const auto reading = read(archive, 2);
    CHECK(reading.good == Numbers{1, 2});
    CHECK(reading.totals.frames_ahead == 1);
    CHECK(read(archive, 0).totals.frames_ahead == 3);
}

TEST_CASE("a share is proved from a job of the day before, or of a day long past") {
    Archive archive;
    archive.add_job(noon - 24h);
    archive.add({archive.share(1)}, 0, noon);
    archive.add({archive.share(2)}, 1, noon + 24h);
    archive.add({archive.share(3)}, 2, noon + 48h);
    CHECK(read(archive).good == Numbers{1, 2, 3});
    CHECK(read(archive).totals.jobs == 1);
}

TEST_CASE("a share without its job is bad") {
    Archive archive;
    archive.add({archive.share(1)}, 0);
    const auto reading = read(archive);
    CHECK(reading.bad == Numbers{1});
    CHECK(reading.totals.bad == 1);
}

TEST_CASE("a share that was altered is bad, and the others are still proved") {
    Archive archive;
    archive.add_job(noon);
    auto altered = archive.share(2);
    altered.mutable_bitcoin()->set_ntime(altered.bitcoin().ntime() + 1);
    altered.set_target(test::text(test::network_target().to_hash().view()));
    archive.add({archive.share(1), altered, archive.share(3)}, 0);
    const auto reading = read(archive);
    CHECK(reading.good == Numbers{1, 3});
    CHECK(reading.bad == Numbers{2});
}

TEST_CASE("one day is read alone, with the jobs of the day before") {
    Archive archive;
    archive.add_job(noon);
    archive.add({archive.share(1)}, 0, noon);
    archive.add({archive.share(2)}, 1, noon + 24h);
    CHECK(read(archive, everything, "2026-11-21").good == Numbers{1});
    CHECK(read(archive, everything, "2026-11-22").good == Numbers{2});
}

TEST_CASE("a day that was not archived is an error, an archive without a day is empty") {
    Archive archive;
    CHECK(read(archive).totals.total().shares == 0);
    const auto none = read_sharelog(
        {.folder = archive.folder.path(), .chain = "btc", .day = "2026-11-21", .committed = {}},
        [](const v1::Share&, const Result<bitcoin::Hash256>&) {});
    REQUIRE(none.has_error());
    CHECK(none.error().context == "nothing was archived on 2026-11-21");
}

TEST_CASE("a message that is no share is an error and not a bad share") {
    Archive archive;
    archive.write(
        {{.kind = FrameKind::share, .partition = partition, .first = 0, .next = 1, .count = 0},
         test::packed({"\xff\xff"})},
        noon, "one");
    const auto damaged = read_sharelog({.folder = archive.folder.path(),
                                        .chain = "btc",
                                        .day = {},
                                        .committed = {{partition, everything}}},
                                       [](const v1::Share&, const Result<bitcoin::Hash256>&) {});
    REQUIRE(damaged.has_error());
    CHECK(damaged.error().code == ErrorCode::internal);
}
