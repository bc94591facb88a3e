// Rows of user_bucket split at blocks of ours from the shares themselves, as the archive has them.
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "sharelogger/partition_account.hpp"
#include "sharelogger/round_cuts.hpp"

namespace lode::sharelogger {

// What is to be written of one range.
struct Resplit {
    TimeRange time;
    std::optional<UserBuckets> rows;  // instead of all that begin in `time`; none: they stay
    std::vector<RoundCut> cuts;
};

class BucketSplit {
  public:
    // `rows` are those that begin in the range.
    BucketSplit(PartitionCuts::Range range, UserBuckets rows);

    [[nodiscard]] const TimeRange& time() const { return range_.time; }
    // Whether shares are still to be added: archived ones, in any order, repeats too.
    [[nodiscard]] bool wants_more() const { return !hopeless_ && missing_ > 0; }
    // Those of other times change nothing.
    void add(const CountedShare& share, std::uint32_t height_epoch);

    // By the shares, when they are just those that the rows sum up. Else the rows as they are
    // move behind the last cut.
    [[nodiscard]] Resplit result() const;

  private:
    [[nodiscard]] UnixTime start_of(UnixTime accepted) const;
    [[nodiscard]] UserBuckets moved_behind() const;

    PartitionCuts::Range range_;
    UserBuckets rows_;
    bool hopeless_;
    std::int64_t missing_ = 0;  // shares
    std::set<std::pair<StreamId, Sequence>> seen_;
    UserBuckets split_;
};

}  // namespace lode::sharelogger
