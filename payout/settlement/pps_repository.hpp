// Sums that are closed: days of work by user, and what the PPS family has earned by price.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/db/db.hpp"
#include "payout/settlement/bucket_repository.hpp"
#include "payout/settlement/pps_account.hpp"

namespace lode::payout {

class PpsRepository {
  public:
    // The connection outlives it.
    PpsRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // Rows of earlier start are summed up.
    [[nodiscard]] Result<UnixTime> summed_before();
    // All of these prices.
    [[nodiscard]] Result<PpsSums> sums(const std::set<PpsPrice>& prices);
    // Days with frozen fees behind `after`, the oldest first; at most `most`.
    struct FrozenDay {
        UnixTime day;
        FeeDay fees;
    };
    [[nodiscard]] Result<std::vector<FrozenDay>> frozen_days(UnixTime after, std::int64_t most);
    // user_day, all users, no solo.
    [[nodiscard]] Result<std::vector<BucketRepository::DaySum>> day(UnixTime day);
    [[nodiscard]] Result<bool> is_posted(const std::string& key);

    // ---- within the caller's transaction --------------------------------------------------

    // Whether it moved on from exactly `from`.
    [[nodiscard]] Result<bool> move_summed(UnixTime from, UnixTime to);
    [[nodiscard]] Result<void> add_day(UnixTime day,
                                       const std::vector<BucketRepository::DaySum>& sums);
    [[nodiscard]] Result<void> add(const PpsWork& work, const PpsDues& posted);

  private:
    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::payout
