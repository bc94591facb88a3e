// Which difficulty a job was sent with.
#include "sserver/assigned_targets.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::sserver;

namespace {

JobIssue job(std::uint64_t id, unsigned reissue = 0) {
    return {JobId(id), reissue};
}

}  // namespace

TEST_CASE("a job keeps the difficulty it was sent with") {
    AssignedTargets targets;
    CHECK(targets.assign(job(10), 5, JobId(10)) == 5);
    CHECK(targets.assign(job(11), 5, JobId(10)) == 5);
    CHECK(targets.assign(job(12), 9, JobId(10)) == 9);
    CHECK(targets.find(job(10)) == 5);
    CHECK(targets.find(job(11)) == 5);
    CHECK(targets.find(job(12)) == 9);
    CHECK(targets.last() == job(12));
}

TEST_CASE("a job never sent has none") {
    AssignedTargets targets;
    CHECK_FALSE(targets.find(job(10)));
    CHECK_FALSE(targets.last());
    targets.assign(job(10), 5, JobId(10));
    CHECK_FALSE(targets.find(job(9)));
    CHECK_FALSE(targets.find(job(11)));
    CHECK_FALSE(targets.find(job(10, 1)));
}

TEST_CASE("each issue of one job has its own difficulty") {
    AssignedTargets targets;
    targets.assign(job(10), 5, JobId(10));
    targets.assign(job(10, 1), 8, JobId(10));
    targets.assign(job(10, 2), 12, JobId(10));
    CHECK(targets.find(job(10)) == 5);
    CHECK(targets.find(job(10, 1)) == 8);
    CHECK(targets.find(job(10, 2)) == 12);
}

TEST_CASE("changes before the oldest known job are forgotten, those of known jobs are not") {
    AssignedTargets targets;
    for (std::uint64_t id = 1; id <= 1000; ++id) {
        const int exponent = static_cast<int>(id % 2);
        const JobId oldest(id > 8 ? id - 8 : 1);
        CHECK(targets.assign(job(id), exponent, oldest) == exponent);
        for (std::uint64_t known = oldest.value(); known <= id; ++known) {
            CHECK(targets.find(job(known)) == static_cast<int>(known % 2));
        }
    }
}

TEST_CASE("with too many changes the difficulty stays until jobs are forgotten") {
    AssignedTargets targets;
    for (std::uint64_t id = 1; id <= 16; ++id) {
        CHECK(targets.assign(job(id), static_cast<int>(id), JobId(1)) == static_cast<int>(id));
    }
    CHECK(targets.assign(job(17), 40, JobId(1)) == 16);
    CHECK(targets.find(job(17)) == 16);
    CHECK(targets.find(job(3)) == 3);
    CHECK(targets.assign(job(18), 40, JobId(5)) == 40);
    CHECK(targets.find(job(17)) == 16);
}

TEST_CASE("the changes of a job whose reissues are all known are kept") {
    AssignedTargets targets;
    targets.assign(job(10), 5, JobId(10));
    targets.assign(job(10, 1), 8, JobId(10));
    targets.assign(job(11), 9, JobId(10));
    CHECK(targets.find(job(10)) == 5);
}
