// When a job is due: on a new tip, when a full template follows an empty one, and at an interval so
// that header times move on. Between jobs, heartbeats say that the last one is still worth mining.
#pragma once

#include <optional>

#include "jobmaker/template_choice.hpp"

namespace lode::jobmaker {

struct ScheduleSettings {
    Duration job_interval = std::chrono::seconds(30);
    Duration heartbeat_interval = std::chrono::seconds(10);
};

enum class Due { nothing, heartbeat, job_new_tip, job_full, job_interval };
[[nodiscard]] const char* to_string(Due due);

class JobSchedule {
  public:
    explicit JobSchedule(ScheduleSettings settings) : settings_(settings) {}

    // The tip that another jobmaker's last job was on: our first job on it is not clean.
    void resume(const bitcoin::Hash256& prev_hash) { tip_ = prev_hash; }

    // Our first job as the leader is due at once.
    void take_over() { job_at_.reset(); }

    // `best` is the template to mine now: with none (all are stale) nothing is due, so that
    // receivers notice and send their miners away.
    [[nodiscard]] Due due(const Candidate* best, SteadyTime now) const;

    void job_sent(const Candidate& source, SteadyTime now);
    void heartbeat_sent(SteadyTime now) { heartbeat_at_ = now; }
    // A job got out.
    void job_had() { losses_ = 0; }
    // The last job did not: after a moment another is due, and clean, as the lost one may have
    // been. The moment doubles with each loss, but a tip that is new waits for nothing.
    void job_lost(SteadyTime now);

  private:
    ScheduleSettings settings_;
    std::optional<bitcoin::Hash256> tip_;
    bool empty_ = false;
    std::optional<SteadyTime> job_at_;
    SteadyTime heartbeat_at_;
    std::optional<bitcoin::Hash256> lost_tip_;
    SteadyTime not_before_ = SteadyTime::min();  // for jobs on it
    unsigned losses_ = 0;                        // in a row
};

}  // namespace lode::jobmaker
