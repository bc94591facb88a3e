// The mark of job ids on a real disk.
#include "jobmaker/id_mark.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/base/log.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace lode;
using jobmaker::IdMark;
using std::chrono::seconds;

namespace {

constexpr UnixTime wall{seconds(1'700'000'000)};
constexpr SteadyTime start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("ids go on above every id of before, also when the clock was set back") {
    const test::TemporaryFolder folder;
    IdMark mark(folder.path() / "job-id");
    auto ids = mark.read().value();
    mark.keep_ahead(ids, wall, start);
    const JobId last = ids.next(wall);
    auto later = IdMark(folder.path() / "job-id").read().value();
    CHECK(later.next(wall - seconds(3'600)) > last);
}

TEST_CASE("a mark that is none of ours ends the start") {
    const test::TemporaryFolder folder;
    REQUIRE(replace_file(folder.path() / "job-id", "twelve"));
    CHECK(IdMark(folder.path() / "job-id").read().error().code == ErrorCode::internal);
}

TEST_CASE("a disk that takes no mark is asked again after ten seconds, and said so") {
    const test::TemporaryFolder folder;
    const auto missing = folder.path() / "missing";
    IdMark mark(missing / "job-id");
    jobmaker::JobIds ids{JobId(0)};
    const log::Capture log;
    mark.keep_ahead(ids, wall, start);
    CHECK(log.text().find("job ids not reserved") != std::string::npos);
    REQUIRE(std::filesystem::create_directory(missing));
    mark.keep_ahead(ids, wall, start + seconds(9));
    CHECK(ids.wanted_mark(wall));
    mark.keep_ahead(ids, wall, start + seconds(10));
    CHECK_FALSE(ids.wanted_mark(wall));
}
