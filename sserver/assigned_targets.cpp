// A short list of the jobs at which the difficulty changed.
#include "sserver/assigned_targets.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::sserver {

int AssignedTargets::assign(JobId job, int exponent, JobId oldest) {
    const JobIssue issue{job, 0};
    LODE_ASSERT(changes_.empty() || last_ < issue);
    // A change is only of interest until the next one has happened before every known job.
    const JobIssue first_known{oldest, 0};
    while (changes_.size() > 1 && changes_[1].from <= first_known) changes_.erase(changes_.begin());
    last_ = issue;
    if (changes_.empty()) changes_.reserve(1);  // most sessions need no more for long
    const bool same = !changes_.empty() && changes_.back().exponent == exponent;
    if (!same && changes_.size() < changes_max) {
        changes_.push_back({issue, static_cast<std::int8_t>(exponent)});
    }
    return changes_.back().exponent;
}

std::optional<JobIssue> AssignedTargets::reissue(int exponent, const Salt& salt) {
    LODE_ASSERT(!changes_.empty());
    if (changes_.size() >= changes_max || last_.reissue >= JobIssue::reissue_max) {
        return std::nullopt;
    }
    ++last_.reissue;
    changes_.push_back({last_, static_cast<std::int8_t>(exponent), salt});
    return last_;
}

std::optional<Assignment> AssignedTargets::find(const JobIssue& issue) const {
    if (changes_.empty() || issue > last_) return std::nullopt;
    const auto after =
        std::upper_bound(changes_.begin(), changes_.end(), issue,
                         [](const JobIssue& a, const Change& b) { return a < b.from; });
    if (after == changes_.begin()) return std::nullopt;
    const Change& change = *std::prev(after);
    if (issue.reissue == 0) return Assignment{change.exponent};
    if (change.from != issue) return std::nullopt;  // each reissue is a change
    return Assignment{change.exponent, change.salt};
}

std::optional<JobIssue> AssignedTargets::last() const {
    if (changes_.empty()) return std::nullopt;
    return last_;
}

std::optional<int> AssignedTargets::last_exponent() const {
    if (changes_.empty()) return std::nullopt;
    return changes_.back().exponent;
}

}  // namespace lode::sserver
