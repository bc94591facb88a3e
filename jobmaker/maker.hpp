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
#include "jobmaker/template_choice.hpp"

namespace lode::jobmaker {

struct MakerSettings {
    std::string chain;
    std::string source;  // this instance's name in its messages
    CoinbaseSettings coinbase;
    ScheduleSettings schedule;
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
          schedule_(settings_.schedule) {}

    // A message that was in the job topic before our claim.
    void history(const v1::JobMessage& message);

    [[nodiscard]] v1::JobMessage claim(UnixTime now) const;
    // Our claim is in the topic at this offset: jobs may be made from now on.
    void claimed(std::int64_t generation) { generation_ = generation; }
    [[nodiscard]] bool has_claim() const { return generation_.has_value(); }

    // Malformed with the field's name; `produced` is the bus's time for the message.
    [[nodiscard]] Result<TemplateVerdict> template_arrived(
        std::shared_ptr<const v1::TemplateMessage> message, UnixTime produced, const Moment& now);
    void block_event(const v1::BlockEvent& event);

    // What is due now. To be asked after each event and once a second. Rejected or malformed when
    // the best template makes no job.
    [[nodiscard]] Result<Output> due(const Moment& now);
    // The last job did not reach the bus.
    void job_lost(SteadyTime now) { schedule_.job_lost(now); }

    [[nodiscard]] JobIds& ids() { return ids_; }

  private:
    [[nodiscard]] v1::JobMessage envelope(UnixTime now) const;
    [[nodiscard]] Result<void> plan_for(const MiningTemplate& content);

    MakerSettings settings_;
    JobIds ids_;
    TemplateChoice choice_;
    JobSchedule schedule_;
    std::optional<std::int64_t> generation_;
    std::shared_ptr<const JobPlan> plan_;  // of the template mined now
    std::uint32_t jobs_ = 0;               // made since our claim
    JobId last_job_;
};

}  // namespace lode::jobmaker
