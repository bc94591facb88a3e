// Ageing of jobs.
#include "sserver/job_book.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::sserver {

void JobBook::add(JobPtr job, SteadyTime now) {
    LODE_ASSERT(jobs_.empty() || jobs_.back().job->id < job->id);
    if (!jobs_.empty()) jobs_.back().replaced = now;
    if (job->clean == stratum::CleanJobs::yes) {
        withdraw();
    }
    jobs_.push_back({std::move(job), now});
    const auto forgotten = [&](const Entry& entry) {
        return entry.replaced && now - *entry.replaced >= life_;
    };
    while (forgotten(jobs_.front()) || jobs_.size() > jobs_max) jobs_.pop_front();
}

void JobBook::withdraw() {
    for (Entry& entry : jobs_) entry.standing = Standing::stale;
}

void JobBook::reinstate() {
    if (!jobs_.empty()) jobs_.back().standing = Standing::in_force;
}

const JobBook::Entry* JobBook::find(JobId id) const {
    const auto at =
        std::lower_bound(jobs_.begin(), jobs_.end(), id,
                         [](const Entry& entry, JobId wanted) { return entry.job->id < wanted; });
    return at != jobs_.end() && at->job->id == id ? &*at : nullptr;
}

}  // namespace lode::sserver
