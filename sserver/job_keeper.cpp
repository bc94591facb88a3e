// Carries out what DirectJobs decides.
#include "sserver/job_keeper.hpp"

#include "common/base/log.hpp"
#include "common/bus/topics.hpp"
#include "common/config/pool.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"

namespace lode::sserver {

JobKeeper::JobKeeper(runtime::Context& context)
    : context_(context),
      waiting_(context.metrics.gauge("direct_jobs_waiting",
                                     "Jobs that came straight and are not on the bus.")),
      sent_(context.metrics.counter("direct_jobs_sent_total",
                                    "Jobs sent to the bus in their jobmaker's place.")),
      files_(context.data_folder / "jobs"),
      disk_("sserver-jobs") {}

Result<std::unique_ptr<JobKeeper>> JobKeeper::open(runtime::Context& context) {
    std::unique_ptr<JobKeeper> keeper(new JobKeeper(context));
    LODE_TRY(keeper->producer_,
             bus::Producer<v1::JobMessage>::open(context.bus, bus::topics::job,
                                                 context.pool.chain().name, context.loop));
    LODE_TRY(const auto left, keeper->files_.load());
    for (const JobMessagePtr& message : left) {
        const JobId job(message->job().job_id());
        keeper->messages_.emplace(job, message);
        if (const auto given_up = keeper->jobs_.add(job, keeper->now())) keeper->drop(*given_up);
        keeper->send(job);
    }
    return keeper;
}

JobKeeper::~JobKeeper() {
    disk_.stop();
    if (const auto written = files_.write_all(); !written) {
        log::error("jobs not kept for the next start", {{"reason", written.error()}});
    }
    files_.tidy();
}

void JobKeeper::came_straight(const JobMessagePtr& message) {
    const JobId job(message->job().job_id());
    if (!messages_.emplace(job, message).second) return;
    if (const auto given_up = jobs_.add(job, now())) drop(*given_up);
    waiting_.set(jobs_.size());
    files_.add(message);
    write_soon();
}

void JobKeeper::seen(JobId job) {
    if (!jobs_.seen(job)) return;
    messages_.erase(job);
    waiting_.set(jobs_.size());
    files_.forget(job);
    disk_.post([this] { files_.tidy(); });
}

void JobKeeper::looked() {
    for (const JobId job : jobs_.looked(now())) send(job);
    write_soon();  // what the disk has refused
}

Result<void> JobKeeper::keep(std::span<const SharePtr> shares) {
    std::optional<JobId> last;
    for (const SharePtr& share : shares) {
        const JobId job(share->job_id());
        if (job == last) continue;
        LODE_TRY_VOID(files_.write(job));
        last = job;
    }
    return success();
}

// Under its own id and generation, as it came: who has had it passes it over.
void JobKeeper::send(JobId job) {
    const JobMessagePtr& message = messages_.at(job);
    jobs_.sent(job);
    log::warn("job sent to the bus in its jobmaker's place",
              {{"job", job.value()}, {"jobmaker", message->source()}});
    const auto sent = producer_->send(
        0, context_.pool.chain().name, message, [this, job](const Result<bus::Position>& place) {
            if (place) return sent_.increment();
            log::warn("job not sent, trying on", {{"reason", place.error()}});
            jobs_.failed(job);
        });
    if (sent) return;
    log::warn("job not sent, trying on", {{"reason", sent.error()}});
    jobs_.failed(job);
}

void JobKeeper::drop(JobId job) {
    log::error("too many jobs that the bus does not have, one is given up", {{"job", job.value()}});
    messages_.erase(job);
    files_.forget(job);
}

void JobKeeper::write_soon() {
    disk_.post([this] {
        const auto written = files_.write_all();
        if (!written) log::error("job not kept, trying on", {{"reason", written.error()}});
        files_.tidy();
    });
}

}  // namespace lode::sserver
