// Jobs that came straight, kept until the job topic shows them: their files on a thread of their
// own, and a producer for those that nobody else sends.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/metrics/metrics.hpp"
#include "common/runtime/loop.hpp"
#include "common/runtime/service.hpp"
#include "sserver/direct_job_files.hpp"
#include "sserver/direct_jobs.hpp"
#include "sserver/share_stream.hpp"

namespace lode::sserver {

class JobKeeper {
  public:
    // Sends what an earlier run left in `<data folder>/jobs`. The context outlives it; it is made,
    // used and destroyed on the context's loop but for keep().
    [[nodiscard]] static Result<std::unique_ptr<JobKeeper>> open(runtime::Context& context);
    // What is not on the bus is on disk then, for the next start.
    ~JobKeeper();

    // A job came straight, before the bus had it.
    void came_straight(const JobMessagePtr& message);
    // The topic has it.
    void seen(JobId job);

    // As DirectJobs: when the topic is to be read to its end, and that it was.
    [[nodiscard]] bool look_due() const { return jobs_.look_due(now()); }
    void look_begun() { jobs_.look_begun(now()); }
    void looked();

    // From any thread: returns once the shares' jobs outlive this process, on disk or on the bus.
    [[nodiscard]] Result<void> keep(std::span<const SharePtr> shares);

  private:
    explicit JobKeeper(runtime::Context& context);
    void send(JobId job);
    void drop(JobId job);
    void write_soon();
    [[nodiscard]] SteadyTime now() const { return context_.clock.steady_now(); }

    runtime::Context& context_;
    metrics::Gauge waiting_;
    metrics::Counter sent_;
    DirectJobs jobs_;
    std::unordered_map<JobId, JobMessagePtr> messages_;  // of jobs_
    std::optional<bus::Producer<v1::JobMessage>> producer_;
    DirectJobFiles files_;
    runtime::Loop disk_;  // gone before what its tasks use
};

}  // namespace lode::sserver
