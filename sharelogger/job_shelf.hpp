// Which jobs are in the archive: a share is counted only once its job is, so that it can be
// proved again.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_set>

#include "common/base/strong.hpp"

namespace lode::sharelogger {

class JobShelf {
  public:
    // Jobs of the two days that Kafka keeps, at one each 4 s; about 3 MB.
    static constexpr std::size_t jobs_max = 50'000;

    void add(JobId job) {
        if (!jobs_.insert(job).second) return;
        order_.push_back(job);
        if (order_.size() <= jobs_max) return;
        jobs_.erase(order_.front());
        order_.pop_front();
    }
    [[nodiscard]] bool has(JobId job) const { return jobs_.contains(job); }

  private:
    std::unordered_set<JobId> jobs_;
    std::deque<JobId> order_;
};

}  // namespace lode::sharelogger
