// The heart of jobmaker: templates, block events and time in, messages for the job topic out.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/messages/block.pb.h"
#include "common/messages/job.pb.h"
#include "jobmaker/job_builder.hpp"
#include "jobmaker/job_ids.hpp"
#include "jobmaker/job_schedule.hpp"
#include "jobmaker/leadership.hpp"
#include "jobmaker/template_choice.hpp"

namespace lode::jobmaker {

struct MakerSettings {
    std::string chain;
    std::string source;  // this instance's name in its messages
    CoinbaseSettings coinbase;
    ScheduleSettings schedule;
    LeadershipSettings leadership;
    Duration template_age_max = std::chrono::seconds(60);
};

// Both clocks at once.
struct Moment {
    UnixTime wall;
    SteadyTime steady;
};

struct Output {
    Due reason = Due::nothing;
    std::shared_ptr<const v1::JobMessage> message;  // none when nothing is due
    std::shared_ptr<const JobPlan> plan;            // of a job
};

class Maker {
  public:
    Maker(MakerSettings settings, JobIds ids)
        : settings_(std::move(settings)),
          ids_(std::move(ids)),
          choice_(settings_.template_age_max),
          schedule_(settings_.schedule),
          leadership_(settings_.leadership) {}

    // A message of the job topic, whoever wrote it. A standby follows the leader's jobs, so that
    // its own go on from them: ids, and the tip that miners work on.
    void message_read(const v1::JobMessage& message, std::int64_t offset, SteadyTime now);

    [[nodiscard]] v1::JobMessage claim(UnixTime now) const;
    [[nodiscard]] Leadership& leadership() { return leadership_; }
    [[nodiscard]] const Leadership& leadership() const { return leadership_; }

    // Malformed with the field's name; `produced` is the bus's time for the message, or what the
    // message says itself when it did not come by the bus.
    [[nodiscard]] Result<TemplateVerdict> template_arrived(
        std::shared_ptr<const v1::TemplateMessage> message, UnixTime produced, const Moment& now);
    void block_event(const v1::BlockEvent& event);

    // What is due now. To be asked after each event and once a second. Rejected or malformed when
    // the best template makes no job.
    [[nodiscard]] Result<Output> due(const Moment& now);
    // A job has reached somebody, or nobody.
    void job_had() { schedule_.job_had(); }
    void job_lost(SteadyTime now) { schedule_.job_lost(now); }

    [[nodiscard]] JobIds& ids() { return ids_; }

  private:
    // A job that miners have of a leader.
    struct Followed {
        std::int64_t generation = -1;
        JobId job;
        friend auto operator<=>(const Followed&, const Followed&) = default;
    };
    void follow(const v1::Job& job);
    [[nodiscard]] v1::JobMessage envelope(UnixTime now) const;
    [[nodiscard]] Result<void> plan_for(const MiningTemplate& content);

    MakerSettings settings_;
    JobIds ids_;
    TemplateChoice choice_;
    JobSchedule schedule_;
    Leadership leadership_;
    std::optional<std::int64_t> made_for_;  // the generation of our last job
    std::shared_ptr<const JobPlan> plan_;   // of the template mined now
    JobId last_job_;
    Followed followed_;  // the newest
};

}  // namespace lode::jobmaker
