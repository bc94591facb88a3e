// The accounts of one partition of the share topic: each share once, in the order of its stream,
// summed until the batch is written. Pure; what is written and when is the service's business.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sharelogger/counted_share.hpp"

namespace lode::sharelogger {

// What buckets are keyed by. A height epoch ends at a retarget or a halving, so that within one
// every block is worth the same and equally hard.
[[nodiscard]] std::uint32_t height_epoch(std::uint32_t height, std::uint32_t halving_interval);

inline constexpr auto user_bucket_length = std::chrono::minutes(1);
inline constexpr auto worker_bucket_length = std::chrono::minutes(10);

struct UserBucketKey {
    std::string user;
    UnixTime start;
    std::uint32_t bits = 0;
    std::uint32_t height_epoch = 0;
    auto operator<=>(const UserBucketKey&) const = default;
};

struct WorkerBucketKey {
    std::string user;
    std::string worker;
    UnixTime start;
    auto operator<=>(const WorkerBucketKey&) const = default;
};

struct WorkSum {
    bitcoin::Work work;
    std::int64_t shares = 0;
    UnixTime last_share;
};

// Everything one transaction writes for one partition.
struct PartitionBatch {
    std::uint32_t partition = 0;
    std::int64_t expected = 0;  // offset that the database must still stand at
    std::int64_t next = 0;      // offset that it stands at afterwards
    std::map<UserBucketKey, WorkSum> users;
    std::map<WorkerBucketKey, WorkSum> workers;
    std::map<StreamId, Sequence> sequences;  // last one counted of each stream touched

    [[nodiscard]] bool empty() const { return next == expected; }
};

enum class Verdict {
    stopped,          // the partition stands still: an earlier share was a gap or malformed
    gap,              // sequences are missing: an alarm, never a skip; stops the partition
    already_counted,  // delivered again
    counted,
};

using Sequences = std::unordered_map<StreamId, Sequence>;

class PartitionAccount {
  public:
    struct State {
        std::uint32_t partition = 0;
        std::int64_t next = 0;  // offset to go on at, from the database
        Sequences sequences;    // last counted sequence of each stream, from the database
    };
    PartitionAccount(State state, std::uint32_t halving_interval);

    [[nodiscard]] Verdict add(std::int64_t offset, const CountedShare& share);
    // A record that cannot be a share: stops the partition.
    void stop(std::string reason);
    // Empty while the partition runs; else why it stands, naming streams and sequences.
    [[nodiscard]] const std::string& stopped() const { return stopped_; }

    [[nodiscard]] std::int64_t next() const { return batch_.next; }
    // The open batch; a new one begins where it ends.
    [[nodiscard]] PartitionBatch take_batch();

  private:
    std::uint32_t halving_interval_;
    Sequences sequences_;
    PartitionBatch batch_;
    std::string stopped_;
};

}  // namespace lode::sharelogger
