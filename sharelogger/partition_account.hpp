// The accounts of one partition of the share topic: each share once, in the order of its stream,
// summed until the batch is written. Pure; what is written and when is the service's business.
#pragma once

#include <algorithm>
#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sharelogger/archive_frame.hpp"
#include "sharelogger/counted_share.hpp"
#include "sharelogger/round_cuts.hpp"

namespace lode::sharelogger {

// What buckets are keyed by. A height epoch ends at a retarget or a halving, so that within one
// every block is worth the same and equally hard.
[[nodiscard]] std::uint32_t height_epoch(std::uint32_t height, std::uint32_t halving_interval);

inline constexpr auto worker_bucket_length = std::chrono::minutes(10);

struct UserBucketKey {
    std::string user;
    UnixTime start;
    std::uint32_t bits = 0;
    std::uint32_t height_epoch = 0;
    Scheme scheme = Scheme::base;
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

    WorkSum& operator+=(const WorkSum& other) {
        work += other.work;
        shares += other.shares;
        last_share = std::max(last_share, other.last_share);
        return *this;
    }
    // By what is credited.
    friend bool operator==(const WorkSum& one, const WorkSum& other) {
        return one.work == other.work && one.shares == other.shares;
    }
};
using UserBuckets = std::map<UserBucketKey, WorkSum>;
using WorkerBuckets = std::map<WorkerBucketKey, WorkSum>;

// Everything one transaction writes for one partition.
struct PartitionBatch {
    std::uint32_t partition = 0;
    std::int64_t expected = 0;  // offset that the database must still stand at
    std::int64_t next = 0;      // offset that it stands at afterwards
    std::int64_t fence = 0;     // that the database must still have
    UnixTime cuts_known_from;   // what lies earlier counts as late: its cuts may be forgotten
    UserBuckets users;
    WorkerBuckets workers;
    std::map<StreamId, Sequence> sequences;  // last one counted of each stream touched
    PackedMessages messages;                 // the shares counted, for the archive

    [[nodiscard]] bool empty() const { return next == expected; }
};

enum class Verdict {
    stopped,          // the partition stands still: an earlier share was a gap or malformed
    gap,              // sequences are missing: an alarm, never a skip; stops the partition
    already_counted,  // delivered again
    counted,
};

// Why a partition stands still. A person must act, or the missing thing must come.
struct Stop {
    enum class Cause : std::uint8_t {
        malformed,  // a record that cannot be a share
        gap,        // sequences first_missing to last_missing of the stream never came
        job,        // a share's job is not in the archive, so that it could not be proved again
    };
    Cause cause = Cause::malformed;
    std::int64_t offset = 0;  // where the partition stands
    StreamId stream;
    Sequence first_missing;
    Sequence last_missing;
    JobId job;
    std::string reason;  // for a person
};

using Sequences = std::unordered_map<StreamId, Sequence>;

// A record of the share topic, as the bus handed it over.
struct ShareRecord {
    std::uint32_t partition = 0;
    std::int64_t offset = 0;
    UnixTime appended;
    std::shared_ptr<const v1::Share> message;
};

class PartitionAccount {
  public:
    struct State {
        std::uint32_t partition = 0;
        std::int64_t next = 0;       // offset to go on at, from the database
        Sequences sequences;         // last counted sequence of each stream, from the database
        std::int64_t fence = 0;      // who loads a partition raises it, and ends what others write
        std::vector<RoundCut> cuts;  // that the rows hold to, from the database
    };
    // Buckets begin as `cuts` say, which outlives the account.
    PartitionAccount(State state, std::uint32_t halving_interval, const RoundCuts& cuts);
    PartitionAccount(PartitionAccount&&) = default;

    // The record's share, parsed. Counted ones go into the open batch with their message.
    [[nodiscard]] Verdict add(const ShareRecord& record, const CountedShare& share);
    // Stands still where it is, for another cause than a gap. The first cause stays.
    void stop(Stop::Cause cause, std::string reason, JobId job = {});
    [[nodiscard]] const std::optional<Stop>& stopped() const { return stopped_; }

    [[nodiscard]] std::int64_t next() const { return batch_.next; }
    [[nodiscard]] std::int64_t fence() const { return batch_.fence; }
    // Bytes of the open batch's messages.
    [[nodiscard]] std::size_t packed() const { return batch_.messages.bytes().size(); }
    // The open batch; a new one begins where it ends.
    [[nodiscard]] PartitionBatch take_batch();

  private:
    struct WorkerName {
        std::string_view user;
        std::string_view worker;
        bool operator==(const WorkerName&) const = default;
    };
    struct WorkerNameHash {
        std::size_t operator()(const WorkerName& name) const;
    };
    // The sums of one share.
    struct Place {
        UserBuckets::iterator user;
        WorkerBuckets::iterator worker;
    };
    [[nodiscard]] const Place& place_of(const CountedShare& share);
    void stop_at_gap(const CountedShare& share, Sequence last);

    std::uint32_t halving_interval_;
    const RoundCuts& cuts_;
    Sequences sequences_;
    PartitionBatch batch_;
    // Where a worker's last share went: its next one is mostly of the same minute, and a search by
    // names would cost more than all else that is done with a share. Names and sums are batch_'s.
    std::unordered_map<WorkerName, Place, WorkerNameHash> places_;
    std::optional<Stop> stopped_;
};

}  // namespace lode::sharelogger
