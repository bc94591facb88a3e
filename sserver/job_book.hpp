// The jobs that shares may still come in for. Each loop has its own book, so that none is locked.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "sserver/job.hpp"

namespace lode::sserver {

// Whether shares of a job are credited.
enum class Standing : std::uint8_t {
    stale,     // the chain has a newer block, or the job was replaced too long ago
    in_force,  // the newest job, or one that was replaced on the same tip
};

class JobBook {
  public:
    struct Entry {
        JobPtr job;
        SteadyTime arrived;
        Standing standing = Standing::in_force;
        std::optional<SteadyTime> replaced{};  // when the next job came
    };

    // For as long a replaced job's shares are credited (stale ones are only compared with the
    // network's target). Firmware works off what it has queued within seconds.
    explicit JobBook(Duration life) : life_(life) {}

    // Jobs come in the order of their ids.
    void add(JobPtr job, SteadyTime now);

    // Every job is stale; the next one added is not.
    void withdraw();
    // The newest job is in force again; those replaced before stay stale.
    void reinstate();

    // Null for a job never had or forgotten.
    [[nodiscard]] const Entry* find(JobId id) const;
    [[nodiscard]] JobPtr current() const { return jobs_.empty() ? nullptr : jobs_.back().job; }
    // The lowest id in the book; all ids when it is empty.
    [[nodiscard]] JobId oldest() const { return jobs_.empty() ? JobId() : jobs_.front().job->id; }
    // When the oldest job in the book came; `now` when there is none.
    [[nodiscard]] SteadyTime oldest_arrival(SteadyTime now) const {
        return jobs_.empty() ? now : jobs_.front().arrived;
    }
    [[nodiscard]] std::size_t size() const { return jobs_.size(); }

  private:
    // Jobs come a few a minute; a jobmaker that makes many more must not fill the memory.
    static constexpr std::size_t jobs_max = 512;

    Duration life_;
    std::deque<Entry> jobs_;  // ids rise
};

}  // namespace lode::sserver
