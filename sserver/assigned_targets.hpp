// Which difficulty each job was sent to a session with, and each reissue's salt. It holds for that
// job's life: a later change never touches shares already being worked on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sserver/job.hpp"

namespace lode::sserver {

// What one id of a job was sent with.
struct Assignment {
    int exponent = 0;
    std::optional<Salt> salt{};  // of a reissue; empty: as the job is
    friend bool operator==(const Assignment&, const Assignment&) = default;
};

class AssignedTargets {
  public:
    // The first issue of the next job; ids only rise. When the list is full the difficulty stays
    // as it was. Jobs below `oldest` are forgotten. Gives the exponent the job really gets.
    int assign(JobId job, int exponent, JobId oldest);
    // The last job once more. Empty, and all as it was, when the list is full or the job was
    // reissued too often. Asserts that there is a job.
    [[nodiscard]] std::optional<JobIssue> reissue(int exponent, const Salt& salt);

    // Empty when the job was never sent to this session under this id.
    [[nodiscard]] std::optional<Assignment> find(const JobIssue& issue) const;

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
        Salt salt{};  // of a reissue
    };
    std::vector<Change> changes_;
    JobIssue last_;
};

}  // namespace lode::sserver
