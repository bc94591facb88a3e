// The mark of job ids on disk: read once at the start, then kept ahead of the ids.
#pragma once

#include <filesystem>

#include "common/base/clock.hpp"
#include "jobmaker/job_ids.hpp"

namespace lode::jobmaker {

class IdMark {
  public:
    explicit IdMark(std::filesystem::path path) : path_(std::move(path)) {}

    // Ids that go on from the mark; no file means the first start. Internal when it was not
    // written by us.
    [[nodiscard]] Result<JobIds> read() const;

    // Renews the mark when that is due. A disk that does not take it is logged and asked again
    // after a while.
    void keep_ahead(JobIds& ids, UnixTime wall, SteadyTime now);

  private:
    std::filesystem::path path_;
    SteadyTime not_before_ = SteadyTime::min();
};

}  // namespace lode::jobmaker
