// Which difficulty each job was sent to a session with. It holds for that job's life: a later
// change never touches shares already being worked on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sserver/job.hpp"

namespace lode::sserver {

class AssignedTargets {
  public:
    // From this job on. Issues only rise. When the list is full the difficulty stays as it was.
    // Jobs below `oldest` are forgotten. Gives the exponent the job really gets.
    int assign(const JobIssue& issue, int exponent, JobId oldest);

    // Empty when the job was never sent to this session.
    [[nodiscard]] std::optional<int> find(const JobIssue& issue) const;

    // Empty before the first job.
    [[nodiscard]] std::optional<JobIssue> last() const;
    [[nodiscard]] std::optional<int> last_exponent() const;

  private:
    // Vardiff changes a few times within a job's life; with more the session keeps its difficulty
    // until the oldest jobs are forgotten.
    static constexpr std::size_t changes_max = 16;

    struct Change {
        JobIssue from;
        std::int8_t exponent;
    };
    std::vector<Change> changes_;
    JobIssue last_;
};

}  // namespace lode::sserver
