// The own archive says which jobs are in it and how far it has come.
#include "sharelogger/job_log.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/messages/job.pb.h"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00 UTC

JobRecord job_at(std::int64_t offset, std::uint64_t job) {
    auto message = std::make_shared<v1::JobMessage>();
    message->mutable_job()->set_job_id(job);
    return {offset, message};
}
JobRecord heartbeat_at(std::int64_t offset) {
    auto message = std::make_shared<v1::JobMessage>();
    message->mutable_heartbeat();
    return {offset, message};
}

ArchiveWriter writer_in(const test::TemporaryFolder& folder, std::string instance = "one") {
    return ArchiveWriter({folder.path(), "btc", std::move(instance)});
}

std::size_t archived(const test::TemporaryFolder& folder) {
    std::size_t jobs = 0;
    for (const auto& day : archive_days(folder.path(), "btc")) {
        REQUIRE(read_archive_day(folder.path() / "btc" / day, FrameKind::job,
                                 [&](const Frame& frame) -> Result<void> {
                                     jobs += frame.messages.size();
                                     return success();
                                 }));
    }
    return jobs;
}

}  // namespace

TEST_CASE("jobs are archived once and known after a restart, over days") {
    const test::TemporaryFolder folder;
    {
        auto writer = writer_in(folder);
        JobLog log(writer);
        CHECK(log.open().value() == 0);
        CHECK(log.take({job_at(3, 30), heartbeat_at(4), job_at(5, 50)}, noon).value() == 2);
        CHECK(log.take({job_at(6, 60)}, noon + 24h).value() == 1);
    }
    auto writer = writer_in(folder);
    JobLog log(writer);
    CHECK(log.open().value() == 7);
    for (const std::uint64_t job : {30U, 50U, 60U}) CHECK(log.shelf().has(JobId(job)));
    CHECK(log.take({job_at(5, 50), job_at(6, 60), job_at(7, 60), job_at(8, 80)}, noon).value() ==
          1);
    CHECK(log.next() == 9);
    CHECK(archived(folder) == 4);
}

TEST_CASE("heartbeats and claims leave nothing on disk") {
    const test::TemporaryFolder folder;
    auto writer = writer_in(folder);
    JobLog log(writer);
    REQUIRE(log.open());
    CHECK(log.take({heartbeat_at(0), heartbeat_at(1)}, noon).value() == 0);
    CHECK(log.next() == 2);
    CHECK(archive_days(folder.path(), "btc").empty());
}

TEST_CASE("another instance's jobs in the same folder are not our own") {
    const test::TemporaryFolder folder;
    auto writer = writer_in(folder, "two");
    JobLog other(writer);
    REQUIRE(other.open());
    REQUIRE(other.take({job_at(0, 10)}, noon));
    auto own = writer_in(folder);
    JobLog log(own);
    CHECK(log.open().value() == 0);
    CHECK_FALSE(log.shelf().has(JobId(10)));
    CHECK(log.take({job_at(0, 10)}, noon).value() == 1);
}

TEST_CASE("a job that cannot be written is not known") {
    const test::TemporaryFolder folder;
    REQUIRE(replace_file(folder.path() / "btc", "a file where the folder should be"));
    auto writer = writer_in(folder);
    JobLog log(writer);
    REQUIRE(log.open());
    CHECK_FALSE(log.take({job_at(0, 10)}, noon));
    CHECK_FALSE(log.shelf().has(JobId(10)));
    CHECK(log.next() == 0);
}
