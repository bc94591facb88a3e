// What comes from the job topic (or straight from a jobmaker): which jobs count, and whether they
// still come. A jobmaker that was replaced is not listened to any more; without a job or a
// heartbeat miners must not be kept working.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/result.hpp"
#include "sserver/job.hpp"
#include "sserver/message_age.hpp"
#include "sserver/moment.hpp"

namespace lode::v1 {
class JobMessage;
}

namespace lode::sserver {

// Whether a message comes now or is read again after a start. Only then does the wall clock say
// how old it is, so that a clock that is wrong does no harm while jobs flow; what comes now is as
// old as MessageAge says.
enum class Arrival : bool { live, replayed };

struct JobArrival {
    std::optional<std::int64_t> offset;  // on the bus; empty when it came straight
    Arrival arrival = Arrival::live;
    Moment now;
};

class JobGate {
  public:
    explicit JobGate(Duration job_age_max) : job_age_max_(job_age_max) {}

    // The job to hand to the sessions, or nothing: a claim, a heartbeat, a job of a lower
    // generation or one already had. Malformed as make_job says.
    [[nodiscard]] Result<JobPtr> take(const v1::JobMessage& message, const JobArrival& arrival);

    // A heartbeat of whoever leads names a job that has not come yet.
    [[nodiscard]] bool lacks_job_of(const v1::JobMessage& message) const;

    // The newest job; null before the first.
    [[nodiscard]] const JobPtr& current() const { return current_; }

    // Whether the newest job may still be worked on.
    [[nodiscard]] bool fresh(SteadyTime now) const;

  private:
    [[nodiscard]] SteadyTime made_at(const v1::JobMessage& message, const JobArrival& arrival);
    [[nodiscard]] Result<JobPtr> take_job(const v1::JobMessage& message, SteadyTime made);

    Duration job_age_max_;
    std::int64_t generation_ = 0;
    MessageAge by_bus_;
    MessageAge straight_;
    JobPtr current_;
    SteadyTime alive_;  // of the newest job or heartbeat
};

}  // namespace lode::sserver
