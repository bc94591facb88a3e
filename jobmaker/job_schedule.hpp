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

    // The tip that an earlier jobmaker's last job was on: our first job on it is not clean.
    void resume(const bitcoin::Hash256& prev_hash) { tip_ = prev_hash; }

    // `best` is the template to mine now: with none (all are stale) nothing is due, so that
    // receivers notice and send their miners away.
    [[nodiscard]] Due due(const Candidate* best, SteadyTime now) const;

    void job_sent(const Candidate& source, SteadyTime now);
    void heartbeat_sent(SteadyTime now) { heartbeat_at_ = now; }
    // The last job did not get out: after a moment another is due, and clean, as the lost one may
    // have been.
    void job_lost(SteadyTime now);

  private:
    ScheduleSettings settings_;
    std::optional<bitcoin::Hash256> tip_;
    bool empty_ = false;
    std::optional<SteadyTime> job_at_;
    SteadyTime heartbeat_at_;
    SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace lode::jobmaker
