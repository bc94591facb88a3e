// Which difficulty a job was sent with, and with which salt.
#include "sserver/assigned_targets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>

using namespace lode;
using namespace lode::sserver;

namespace {

JobIssue issue(std::uint64_t id, unsigned reissue = 0) {
    return {JobId(id), reissue};
}

constexpr Salt one{1, 1, 1, 1};
constexpr Salt two{2, 2, 2, 2};

}  // namespace

TEST_CASE("a job keeps the difficulty it was sent with") {
    AssignedTargets targets;
    CHECK(targets.assign(JobId(10), 5, JobId(10)) == 5);
    CHECK(targets.assign(JobId(11), 5, JobId(10)) == 5);
    CHECK(targets.assign(JobId(12), 9, JobId(10)) == 9);
    CHECK(targets.find(issue(10)) == Assignment{5});
    CHECK(targets.find(issue(11)) == Assignment{5});
    CHECK(targets.find(issue(12)) == Assignment{9});
    CHECK(targets.last() == issue(12));
}

TEST_CASE("a job never sent has none") {
    AssignedTargets targets;
    CHECK_FALSE(targets.find(issue(10)));
    CHECK_FALSE(targets.last());
    targets.assign(JobId(10), 5, JobId(10));
    CHECK_FALSE(targets.find(issue(9)));
    CHECK_FALSE(targets.find(issue(11)));
    CHECK_FALSE(targets.find(issue(10, 1)));
}

TEST_CASE("each issue of one job has its own difficulty and salt") {
    AssignedTargets targets;
    targets.assign(JobId(10), 5, JobId(10));
    CHECK(targets.reissue(8, one) == issue(10, 1));
    CHECK(targets.reissue(3, two) == issue(10, 2));
    CHECK(targets.find(issue(10)) == Assignment{5});
    CHECK(targets.find(issue(10, 1)) == Assignment{8, one});
    CHECK(targets.find(issue(10, 2)) == Assignment{3, two});
    CHECK_FALSE(targets.find(issue(10, 3)));
    CHECK(targets.last() == issue(10, 2));
    CHECK(targets.last_exponent() == 3);
}

TEST_CASE("the next job has no salt, and its difficulty is the last reissue's until it changes") {
    AssignedTargets targets;
    targets.assign(JobId(10), 5, JobId(10));
    (void)targets.reissue(8, one);
    CHECK(targets.assign(JobId(11), 8, JobId(10)) == 8);
    CHECK(targets.find(issue(11)) == Assignment{8});
    CHECK_FALSE(targets.find(issue(10, 2)));
    CHECK_FALSE(targets.find(issue(11, 1)));
}

TEST_CASE("changes before the oldest known job are forgotten, those of known jobs are not") {
    AssignedTargets targets;
    for (std::uint64_t id = 1; id <= 1000; ++id) {
        const int exponent = static_cast<int>(id % 2);
        const JobId oldest(id > 8 ? id - 8 : 1);
        CHECK(targets.assign(JobId(id), exponent, oldest) == exponent);
        for (std::uint64_t known = oldest.value(); known <= id; ++known) {
            CHECK(targets.find(issue(known)) == Assignment{static_cast<int>(known % 2)});
        }
    }
}

TEST_CASE("with too many changes the difficulty stays until jobs are forgotten") {
    AssignedTargets targets;
    for (std::uint64_t id = 1; id <= 16; ++id) {
        CHECK(targets.assign(JobId(id), static_cast<int>(id), JobId(1)) == static_cast<int>(id));
    }
    CHECK_FALSE(targets.reissue(40, one));
    CHECK(targets.last() == issue(16));
    CHECK(targets.assign(JobId(17), 40, JobId(1)) == 16);
    CHECK(targets.find(issue(17)) == Assignment{16});
    CHECK(targets.find(issue(3)) == Assignment{3});
    CHECK(targets.assign(JobId(18), 40, JobId(5)) == 40);
    CHECK(targets.find(issue(17)) == Assignment{16});
}

TEST_CASE("the changes of a job whose reissues are all known are kept") {
    AssignedTargets targets;
    targets.assign(JobId(10), 5, JobId(10));
    (void)targets.reissue(8, one);
    targets.assign(JobId(11), 9, JobId(10));
    CHECK(targets.find(issue(10)) == Assignment{5});
    CHECK(targets.find(issue(10, 1)) == Assignment{8, one});
}

// Against a model that keeps everything.
TEST_CASE("whatever was sent is found as it was sent, and nothing else") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        AssignedTargets targets;
        std::map<JobIssue, Assignment> sent;
        std::uint64_t newest = 1;
        const auto oldest = [&] { return JobId(newest > 6 ? newest - 6 : 1); };
        targets.assign(JobId(newest), 0, oldest());
        sent[issue(newest)] = {0};
        for (int step = 0; step < 100; ++step) {
            const int exponent = static_cast<int>(random() % 4);
            if (random() % 2 == 0) {
                ++newest;
                sent[issue(newest)] = {targets.assign(JobId(newest), exponent, oldest())};
            } else {
                Salt salt;
                for (auto& byte : salt) byte = static_cast<std::uint8_t>(random());
                if (const auto given = targets.reissue(exponent, salt)) {
                    REQUIRE_FALSE(sent.contains(*given));
                    sent[*given] = {exponent, salt};
                }
            }
            for (std::uint64_t id = oldest().value(); id <= newest + 1; ++id) {
                for (unsigned reissue = 0; reissue <= JobIssue::reissue_max + 1; ++reissue) {
                    const auto found = sent.find(issue(id, reissue));
                    const auto told = targets.find(issue(id, reissue));
                    REQUIRE(told.has_value() == (found != sent.end()));
                    if (told) REQUIRE(*told == found->second);
                }
            }
        }
    }
}
