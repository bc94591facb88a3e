// The pool's sums as rows: by partition and the network's target, in steps of ten minutes, an hour
// and a day (UTC), each share in all three. What histories, effort and luck are drawn from.
#pragma once

#include <array>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "common/db/db.hpp"
#include "sharelogger/partition_account.hpp"

namespace lode::sharelogger {

struct PoolStep {
    std::chrono::milliseconds length;
    std::chrono::milliseconds kept;  // rows that begin earlier are deleted; zero: never
};

// A week of ten minutes and three months of hours are shown, and a little more is kept.
inline constexpr std::array pool_steps{
    PoolStep{std::chrono::minutes(10), std::chrono::hours(24 * 8)},
    PoolStep{std::chrono::hours(1), std::chrono::hours(24 * 100)},
    PoolStep{std::chrono::hours(24), std::chrono::milliseconds(0)}};

// Adds up in memory, so that a commit is some three rows a partition.
class PoolRows {
  public:
    // `key` says when the sum's bucket begins.
    void add(std::uint32_t partition, const UserBucketKey& key, const WorkSum& sum);
    // Adds to the rows that are there.
    [[nodiscard]] db::Upsert upsert(const std::string& chain) const;

  private:
    // Step, start, partition, bits.
    using Key = std::tuple<std::int64_t, UnixTime, std::uint32_t, std::uint32_t>;
    std::map<Key, WorkSum> sums_;
};

}  // namespace lode::sharelogger
