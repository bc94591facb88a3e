// Jobs that came straight from a jobmaker and that the job topic has not shown yet. A jobmaker that
// dies while the bus is away takes along what it had for it, but shares count only once their job
// is in the archive. So a job that stays away although the bus serves is sent there by us.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/strong.hpp"

namespace lode::sserver {

class DirectJobs {
  public:
    // A day of them at one every 30 s, some kilobytes each: longer than an outage that a spool of
    // shares outlasts.
    static constexpr std::size_t jobs_max = 3'000;
    // The bus serves and does not have the job: its jobmaker, if it lives, has sent it by then
    // (producers connect again within seconds). Sent twice does no harm.
    static constexpr Duration grace = std::chrono::seconds(10);
    // What both ways brought at once is not looked for; and how often it is looked.
    static constexpr Duration look_after = std::chrono::seconds(2);

    // A job came straight, and first. Gives the one that is given up for it, if any.
    [[nodiscard]] std::optional<JobId> add(JobId job, SteadyTime now);
    // The topic has it. False when it was not waited for.
    bool seen(JobId job);

    // Whether the topic is to be read to its end now, to see what it has; then look_begun() and,
    // whenever it is read, looked(). One look at a time.
    [[nodiscard]] bool look_due(SteadyTime now) const;
    void look_begun(SteadyTime now);
    // Gives the jobs to send to the topic now, in the order they came.
    [[nodiscard]] std::vector<JobId> looked(SteadyTime now);

    // The bus did not take it: it is sent again after another look.
    void failed(JobId job);
    // It is sent without a look.
    void sent(JobId job);

    [[nodiscard]] std::size_t size() const { return jobs_.size(); }

  private:
    struct Entry {
        JobId job;
        SteadyTime came;
        std::optional<SteadyTime> missed{};  // the bus served then, and did not have it
        bool sent = false;
    };
    [[nodiscard]] Entry* find(JobId job);

    std::deque<Entry> jobs_;             // in the order they came
    std::optional<SteadyTime> looking_;  // since
    SteadyTime next_look_;
};

}  // namespace lode::sserver
