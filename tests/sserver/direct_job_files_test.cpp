// Jobs on disk: what a kill leaves is whole, what is forgotten goes.
#include "sserver/direct_job_files.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/base/file.hpp"
#include "common/messages/job.pb.h"
#include "tests/sserver/builders.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

JobMessagePtr a_message(std::uint64_t id) {
    auto message = std::make_shared<v1::JobMessage>();
    message->set_generation(3);
    *message->mutable_job() = job_message({.id = id});
    return message;
}

std::vector<std::uint64_t> left_in(const std::filesystem::path& folder) {
    std::vector<std::uint64_t> ids;
    DirectJobFiles files(folder);
    const auto jobs = files.load().value();
    for (const auto& job : jobs) ids.push_back(job->job().job_id());
    return ids;
}

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("a job that is written is found again as it came, until it is forgotten") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "jobs";
    DirectJobFiles files(path);
    REQUIRE(files.load().value().empty());
    files.add(a_message(0x68f0'0000'0001));
    files.add(a_message(0x68e0'0000'0001));
    CHECK(left_in(path).empty());
    REQUIRE(files.write(JobId(0x68f0'0000'0001)));
    CHECK(left_in(path) == Ids{0x68f0'0000'0001});
    REQUIRE(files.write_all());
    CHECK(left_in(path) == Ids{0x68e0'0000'0001, 0x68f0'0000'0001});
    const auto found = DirectJobFiles(path).load().value().front();
    CHECK(found->SerializeAsString() == a_message(0x68e0'0000'0001)->SerializeAsString());
    files.forget(JobId(0x68e0'0000'0001));
    files.tidy();
    CHECK(left_in(path) == Ids{0x68f0'0000'0001});
}

TEST_CASE("what an earlier run left is forgotten like what this run wrote") {
    const TemporaryFolder folder;
    {
        DirectJobFiles files(folder.path());
        files.add(a_message(5));
        REQUIRE(files.write_all());
    }
    DirectJobFiles files(folder.path());
    REQUIRE(files.load().value().size() == 1);
    files.forget(JobId(5));
    files.tidy();
    CHECK(left_in(folder.path()).empty());
}

TEST_CASE("a job forgotten before it is written, or never had, is not written") {
    const TemporaryFolder folder;
    DirectJobFiles files(folder.path());
    files.add(a_message(5));
    files.forget(JobId(5));
    REQUIRE(files.write(JobId(5)));
    REQUIRE(files.write(JobId(6)));
    REQUIRE(files.write_all());
    CHECK(left_in(folder.path()).empty());
}

TEST_CASE("a file that is no job stays and hides no other") {
    const TemporaryFolder folder;
    DirectJobFiles files(folder.path());
    files.add(a_message(5));
    REQUIRE(files.write_all());
    const std::string bytes = a_message(5)->SerializeAsString();
    REQUIRE(replace_file(folder.path() / "0000000000000004", bytes));  // another's
    REQUIRE(replace_file(folder.path() / "0000000000000006", bytes.substr(0, bytes.size() / 2)));
    REQUIRE(replace_file(folder.path() / "notes", "x"));
    CHECK(left_in(folder.path()) == Ids{5});
    CHECK(std::filesystem::exists(folder.path() / "0000000000000006"));
}

TEST_CASE("a disk that takes nothing is told of, and the job is written when it does") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "jobs";
    DirectJobFiles files(path);  // its folder is not there
    files.add(a_message(5));
    CHECK_FALSE(files.write(JobId(5)));
    CHECK_FALSE(files.write_all());
    std::filesystem::create_directories(path);
    REQUIRE(files.write(JobId(5)));
    CHECK(left_in(path) == Ids{5});
}

TEST_CASE("in whatever order, what is written and not forgotten is on disk") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::minstd_rand random(seed);
        const TemporaryFolder folder;
        DirectJobFiles files(folder.path());
        std::set<std::uint64_t> added;
        std::set<std::uint64_t> wanted;
        std::set<std::uint64_t> written;
        for (int i = 0; i < 60; ++i) {
            const std::uint64_t id = random() % 8;
            switch (random() % 4) {
                case 0:
                    if (!added.insert(id).second) break;
                    files.add(a_message(id));
                    wanted.insert(id);
                    break;
                case 1:
                    REQUIRE(files.write(JobId(id)));
                    if (wanted.contains(id)) written.insert(id);
                    break;
                case 2:
                    files.forget(JobId(id));
                    wanted.erase(id);
                    written.erase(id);
                    break;
                default:
                    files.tidy();
            }
        }
        files.tidy();
        CHECK(left_in(folder.path()) == Ids(written.begin(), written.end()));
    }
}
