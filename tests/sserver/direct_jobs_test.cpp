// Which jobs go to the bus from here, whatever the bus and the jobmaker do meanwhile.
#include "sserver/direct_jobs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <set>

using namespace lode;
using namespace lode::sserver;
using namespace std::chrono_literals;

namespace {

SteadyTime at(Duration time) {
    return SteadyTime(100h) + time;
}

// A look that is answered at once.
std::vector<JobId> look(DirectJobs& jobs, SteadyTime now) {
    jobs.look_begun(now);
    return jobs.looked(now);
}

const std::vector<JobId> none;

}  // namespace

TEST_CASE("a job that the bus does not have after two looks is sent once") {
    DirectJobs jobs;
    CHECK_FALSE(jobs.look_due(at(0s)));
    REQUIRE_FALSE(jobs.add(JobId(7), at(0s)));
    CHECK_FALSE(jobs.look_due(at(1s)));  // the bus is as fast as that
    REQUIRE(jobs.look_due(at(2s)));
    CHECK(look(jobs, at(2s)) == none);
    CHECK(look(jobs, at(11s)) == none);
    CHECK(look(jobs, at(12s)) == std::vector{JobId(7)});
    CHECK(look(jobs, at(100s)) == none);
    CHECK_FALSE(jobs.look_due(at(200s)));
    CHECK(jobs.seen(JobId(7)));
    CHECK(jobs.size() == 0);
}

TEST_CASE("a job that the bus has is not sent") {
    DirectJobs jobs;
    REQUIRE_FALSE(jobs.add(JobId(7), at(0s)));
    CHECK(look(jobs, at(2s)) == none);
    CHECK(jobs.seen(JobId(7)));
    CHECK_FALSE(jobs.seen(JobId(7)));
    CHECK_FALSE(jobs.look_due(at(60s)));
    CHECK(look(jobs, at(60s)) == none);
}

TEST_CASE("while the bus is away nothing is sent, and its return leaves the jobmaker time") {
    DirectJobs jobs;
    REQUIRE_FALSE(jobs.add(JobId(7), at(0s)));
    jobs.look_begun(at(2s));
    CHECK_FALSE(jobs.look_due(at(500s)));  // one at a time
    REQUIRE_FALSE(jobs.add(JobId(8), at(300s)));
    CHECK(jobs.looked(at(600s)) == none);
    CHECK(look(jobs, at(605s)) == none);
    CHECK(look(jobs, at(610s)) == std::vector{JobId(7)});
    CHECK(look(jobs, at(615s)) == std::vector{JobId(8)});
}

TEST_CASE("what the bus did not take is sent after another look") {
    DirectJobs jobs;
    REQUIRE_FALSE(jobs.add(JobId(7), at(0s)));
    jobs.sent(JobId(7));
    CHECK_FALSE(jobs.look_due(at(60s)));
    jobs.failed(JobId(7));
    jobs.failed(JobId(9));  // seen meanwhile
    REQUIRE(jobs.look_due(at(60s)));
    CHECK(look(jobs, at(60s)) == none);
    CHECK(look(jobs, at(70s)) == std::vector{JobId(7)});
}

TEST_CASE("the oldest job is given up when there are too many") {
    DirectJobs jobs;
    for (std::uint64_t id = 1; id <= DirectJobs::jobs_max; ++id) {
        CHECK_FALSE(jobs.add(JobId(id), at(0s)));
    }
    CHECK(jobs.add(JobId(9'999), at(1s)) == JobId(1));
    CHECK(jobs.size() == DirectJobs::jobs_max);
}

TEST_CASE("every job comes to be on the bus, whoever dies and however often the bus goes") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::minstd_rand random(seed);
        const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
        DirectJobs jobs;
        std::set<JobId> bus;           // what it has
        std::vector<JobId> under_way;  // of ours
        bool looking = false;
        bool away = false;
        std::uint64_t last = 0;
        std::set<JobId> all;
        for (int second = 0; second < 900; ++second) {
            const SteadyTime now = at(std::chrono::seconds(second));
            const bool calm = second >= 600;  // no more jobs, no more outages
            if (chance(5) || calm) away = !calm && chance(50);
            if (!calm && chance(10)) {
                const JobId job(++last);
                all.insert(job);
                if (!away && chance(70)) bus.insert(job);  // else its jobmaker dies with it
                if (chance(90) || !bus.contains(job)) CHECK_FALSE(jobs.add(job, now));
            }
            if (!away) {
                for (const JobId job : std::exchange(under_way, {})) {
                    chance(80) ? void(bus.insert(job)) : jobs.failed(job);
                }
                for (const JobId job : bus) jobs.seen(job);
                if (looking && chance(60)) {
                    looking = false;
                    for (const JobId job : jobs.looked(now)) {
                        CHECK_FALSE(bus.contains(job));
                        under_way.push_back(job);
                    }
                }
            }
            if (jobs.look_due(now)) {
                looking = true;
                jobs.look_begun(now);
            }
        }
        CHECK(bus == all);
        CHECK(jobs.size() == 0);
    }
}
