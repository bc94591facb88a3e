// Job ids: unix seconds << 16 | counter, strictly rising over restarts and leaders. A mark on disk
// lies ahead of every id given out, so that making a job never waits for the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::jobmaker {

class JobIds {
  public:
    // Every id given out before was at most `mark`.
    explicit JobIds(JobId mark) : last_(mark.value()), mark_(mark.value()) {}

    // Two makers that are out of touch may both make a job within one second: the last byte of the
    // generation begins the counter, so that their ids differ.
    void use_generation(std::int64_t generation);

    // An id that another jobmaker has used.
    void seen(JobId id);

    // The next id. With a clock that stands still or steps back it only counts on.
    [[nodiscard]] JobId next(UnixTime now);

    // The mark to make durable now, before it is confirmed by reserved(); nothing while the
    // reservation still lasts.
    [[nodiscard]] std::optional<JobId> wanted_mark(UnixTime now) const;
    void reserved(JobId mark) { mark_ = mark.value(); }

  private:
    std::uint64_t first_count_ = 0;  // of each second
    std::uint64_t last_;
    std::uint64_t mark_;
};

// The mark's file: one decimal number and a newline.
[[nodiscard]] std::string mark_text(JobId mark);
[[nodiscard]] Result<JobId> parse_mark(std::string_view text);

}  // namespace lode::jobmaker
