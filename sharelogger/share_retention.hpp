// Deletes rows nobody needs any more, a bounded piece at a time. Two instances that do so at once
// only share the work.
#pragma once

#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/db/db.hpp"

namespace lode::sharelogger {

class ShareRetention {
  public:
    // Rows of a table deleted at a time: some 10 ms, so that counting hardly waits.
    static constexpr std::int64_t rows_max = 1'000;
    // Ten-minute sums are shown for 24 h, hours for 7 d; days stay.
    static constexpr auto buckets_kept = std::chrono::hours(24 + 1);
    static constexpr auto hours_kept = std::chrono::hours(24 * 7 + 1);
    // A stream ends with its sserver's run; what it left in a spool comes far sooner.
    static constexpr auto silent_streams_kept = std::chrono::hours(24 * 30);

    // The connection outlives it.
    ShareRetention(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    enum class Left : std::uint8_t { nothing, more };
    [[nodiscard]] Result<Left> delete_some(UnixTime now);

  private:
    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::sharelogger
