// Two looks at the topic, some time apart, both without the job: then it is ours to send.
#include "sserver/direct_jobs.hpp"

#include <algorithm>
#include <utility>

#include "common/base/assert.hpp"

namespace lode::sserver {

std::optional<JobId> DirectJobs::add(JobId job, SteadyTime now) {
    LODE_ASSERT(find(job) == nullptr);
    jobs_.push_back({job, now});
    if (jobs_.size() <= jobs_max) return std::nullopt;
    const JobId oldest = jobs_.front().job;
    jobs_.pop_front();
    return oldest;
}

bool DirectJobs::seen(JobId job) {
    return std::erase_if(jobs_, [&](const Entry& entry) { return entry.job == job; }) > 0;
}

bool DirectJobs::look_due(SteadyTime now) const {
    if (looking_ || now < next_look_) return false;
    return std::any_of(jobs_.begin(), jobs_.end(), [&](const Entry& entry) {
        return !entry.sent && now - entry.came >= look_after;
    });
}

void DirectJobs::look_begun(SteadyTime now) {
    LODE_ASSERT(!looking_);
    looking_ = now;
    next_look_ = now + look_after;
}

std::vector<JobId> DirectJobs::looked(SteadyTime now) {
    LODE_ASSERT(looking_.has_value());
    const SteadyTime begun = *std::exchange(looking_, std::nullopt);
    std::vector<JobId> due;
    for (Entry& entry : jobs_) {
        if (entry.sent || entry.came > begun) continue;
        if (!entry.missed) {
            entry.missed = now;
        } else if (begun - *entry.missed >= grace) {
            entry.sent = true;
            due.push_back(entry.job);
        }
    }
    return due;
}

void DirectJobs::failed(JobId job) {
    if (Entry* const entry = find(job)) entry->sent = false;
}

void DirectJobs::sent(JobId job) {
    if (Entry* const entry = find(job)) entry->sent = true;
}

DirectJobs::Entry* DirectJobs::find(JobId job) {
    const auto at = std::find_if(jobs_.begin(), jobs_.end(),
                                 [&](const Entry& entry) { return entry.job == job; });
    return at == jobs_.end() ? nullptr : &*at;
}

}  // namespace lode::sserver
