// The sums of user_bucket computed anew from archived shares, and where the database differs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/result.hpp"
#include "sharelogger/partition_account.hpp"

namespace lode::sharelogger {

// Work that user_bucket has in the bucket that begins at `counted_in`, though it is of `minute`.
struct LateWork {
    std::string user;
    UnixTime minute;
    UnixTime counted_in;
    WorkSum sum;
};

// What the database has of one partition, all of one moment.
struct StoredSums {
    std::int64_t next = 0;  // the offset it stands at
    UserBuckets rows;
    std::vector<RoundCut> cuts;
    std::vector<LateWork> late;
};

struct SumDifference {
    UserBucketKey key;
    WorkSum archived;
    WorkSum stored;
};

// Of one partition. Rows are compared one by one; in minutes with an inexact cut, or one that is
// still to be made, the whole minute; of a user with late work there, all kinds of work together,
// as late_work does not tell them apart.
class SumCheck {
  public:
    // Only what begins in `time`. `blocks`: when all of ours were found.
    SumCheck(const StoredSums& stored, const std::set<UnixTime>& blocks, const TimeRange& time);

    // Each counted share once.
    void add(const CountedShare& share, std::uint32_t height_epoch);
    [[nodiscard]] std::vector<SumDifference> differences() const;

  private:
    [[nodiscard]] UserBucketKey comparable(UserBucketKey key) const;
    void add_to(UserBuckets& sums, const UserBucketKey& key, const WorkSum& sum) const;

    TimeRange time_;
    RoundCuts cuts_;
    std::set<UnixTime> whole_minutes_;
    std::set<std::pair<std::string, UnixTime>> with_late_;  // user, minute
    UserBuckets stored_;
    UserBuckets archived_;
};

// Every share that the archive has of what is committed, once, without proving it; by partition.
struct CountedPlace {
    std::filesystem::path folder;
    std::string chain;
    std::map<std::uint32_t, std::int64_t> committed;  // offsets, as of SharelogPlace
    std::string first_day;                            // "2026-11-21": earlier files are left out
};
using CountedVisitor = std::function<void(std::uint32_t partition, const CountedShare& share)>;
[[nodiscard]] Result<void> read_counted(const CountedPlace& place, const CountedVisitor& visit);

}  // namespace lode::sharelogger
