// When jobs and heartbeats are due, with time moved by hand.
#include "jobmaker/job_schedule.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using jobmaker::Due;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

jobmaker::Candidate candidate(const TemplateShape& shape, int transactions = 0) {
    const auto message = a_template(shape);
    for (int i = 0; i < transactions; ++i) add_transaction(*message);
    return {read(message), start, 1};
}

}  // namespace

TEST_CASE("nothing is due without a template, however much time passes") {
    jobmaker::JobSchedule schedule({});
    CHECK(schedule.due(nullptr, start) == Due::nothing);
    schedule.job_sent(candidate({}), start);
    CHECK(schedule.due(nullptr, start + seconds(3'600)) == Due::nothing);
}

TEST_CASE("a new tip makes a job at once") {
    jobmaker::JobSchedule schedule({});
    const auto first = candidate({.id = 1, .prev = 1});
    REQUIRE(schedule.due(&first, start) == Due::job_new_tip);
    schedule.job_sent(first, start);
    const auto second = candidate({.id = 2, .prev = 2});
    CHECK(schedule.due(&second, start) == Due::job_new_tip);
}

TEST_CASE("a full template after an empty one makes a job that is no new tip") {
    jobmaker::JobSchedule schedule({});
    schedule.job_sent(candidate({.id = 1, .empty = true}), start);
    const auto full = candidate({.id = 2}, 1);
    CHECK(schedule.due(&full, start) == Due::job_full);
    schedule.job_sent(full, start);
    const auto newer = candidate({.id = 3}, 2);
    CHECK(schedule.due(&newer, start) == Due::nothing);
}

TEST_CASE("a full template without transactions says nothing new after an empty one") {
    jobmaker::JobSchedule schedule({});
    schedule.job_sent(candidate({.id = 1, .empty = true}), start);
    const auto full = candidate({.id = 2});
    CHECK(schedule.due(&full, start) == Due::nothing);
    const auto later = candidate({.id = 3}, 1);
    CHECK(schedule.due(&later, start) == Due::job_full);
}

TEST_CASE("a job is due each interval and a heartbeat between") {
    jobmaker::JobSchedule schedule({});
    const auto only = candidate({});
    schedule.job_sent(only, start);
    CHECK(schedule.due(&only, start + seconds(9)) == Due::nothing);
    REQUIRE(schedule.due(&only, start + seconds(10)) == Due::heartbeat);
    schedule.heartbeat_sent(start + seconds(10));
    CHECK(schedule.due(&only, start + seconds(19)) == Due::nothing);
    CHECK(schedule.due(&only, start + seconds(20)) == Due::heartbeat);
    CHECK(schedule.due(&only, start + seconds(30)) == Due::job_interval);
}

TEST_CASE("after a restart on the same tip the first job is due and not clean") {
    jobmaker::JobSchedule schedule({});
    schedule.resume(hash_of(0xaa));
    const auto same = candidate({.prev = 0xaa});
    CHECK(schedule.due(&same, start) == Due::job_interval);
    const auto other = candidate({.prev = 0xbb});
    CHECK(schedule.due(&other, start) == Due::job_new_tip);
}

TEST_CASE("a job that got lost is due again after a second, as a new tip") {
    jobmaker::JobSchedule schedule({});
    const auto only = candidate({});
    schedule.job_sent(only, start);
    schedule.job_lost(start);
    CHECK(schedule.due(&only, start + std::chrono::milliseconds(999)) == Due::nothing);
    CHECK(schedule.due(&only, start + seconds(1)) == Due::job_new_tip);
}

TEST_CASE("jobs that get lost in a row come in longer and longer pauses, a new tip at once") {
    jobmaker::JobSchedule schedule({});
    const auto only = candidate({.id = 1, .prev = 1});
    SteadyTime now = start;
    for (const int pause : {1, 2, 4, 8, 16, 16}) {
        schedule.job_sent(only, now);
        schedule.job_lost(now);
        CHECK(schedule.due(&only, now + seconds(pause) - std::chrono::milliseconds(1)) ==
              Due::nothing);
        now += seconds(pause);
        REQUIRE(schedule.due(&only, now) == Due::job_new_tip);
    }
    schedule.job_sent(only, now);
    schedule.job_lost(now);
    const auto other = candidate({.id = 2, .prev = 2});
    CHECK(schedule.due(&other, now) == Due::job_new_tip);
    schedule.job_had();
    schedule.job_sent(only, now);
    schedule.job_lost(now);
    CHECK(schedule.due(&only, now + seconds(1)) == Due::job_new_tip);
}

TEST_CASE("who takes over makes a job at once") {
    jobmaker::JobSchedule schedule({});
    const auto only = candidate({});
    schedule.job_sent(only, start);
    REQUIRE(schedule.due(&only, start) == Due::nothing);
    schedule.take_over();
    CHECK(schedule.due(&only, start) == Due::job_interval);
}
