// Which order makes the accounts exact, whoever else writes and whatever fails: load, cut the own
// archive, count; then archive, commit. Bus, disk and database are the caller's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "common/base/result.hpp"
#include "sharelogger/accounts.hpp"
#include "sharelogger/archive_frame.hpp"
#include "sharelogger/bucket_split.hpp"

namespace lode::sharelogger {

// Cuts of a partition whose accounts stand at `next`.
struct PartitionCut {
    std::uint32_t partition = 0;
    std::int64_t next = 0;
    std::int64_t fence = 0;
    std::vector<Resplit> splits;
    std::vector<RoundCut> rowless;
};

// The accounts in the database.
class AccountStore {
  public:
    virtual ~AccountStore() = default;

    // Where a partition stands, of one moment; a new one stands at 0. Waits for a transaction that
    // is moving it, also one of our own that we lost touch with, and raises its fence: nothing
    // that was begun before can write to the partition any more.
    [[nodiscard]] virtual Result<PartitionAccount::State> load(std::uint32_t partition) = 0;
    // All batches or none. Conflict when another has moved one's offset or fence on. After any
    // other error the batches may have been written or not.
    [[nodiscard]] virtual Result<void> commit(const std::vector<PartitionBatch>& batches,
                                              UnixTime now) = 0;

    // When our newest blocks in open minutes were found, in any order; RoundCuts::known_max and one
    // more at most.
    [[nodiscard]] virtual Result<std::vector<UnixTime>> found_blocks() = 0;
    // Those that the partition is not cut at, the oldest `most` of them.
    [[nodiscard]] virtual Result<std::vector<UnixTime>> uncut_blocks(std::uint32_t partition,
                                                                     std::size_t most) = 0;
    // The partition's rows of user_bucket that begin in this time.
    [[nodiscard]] virtual Result<UserBuckets> rows(std::uint32_t partition,
                                                   const TimeRange& time) = 0;
    // All of them or none, fenced as commit() is. Of a minute that is closed the rows stay, and
    // its cut is inexact.
    [[nodiscard]] virtual Result<void> cut(const std::vector<PartitionCut>& cuts) = 0;
};

// The archive's files: this instance's own, and those of others that share its folder.
class FrameArchive {
  public:
    virtual ~FrameArchive() = default;

    // Cuts the own frames of a partition that reach past `committed`, the offset the database
    // stands at: they belong to a transaction that never was.
    [[nodiscard]] virtual Result<void> recover(FrameKind kind, std::uint32_t partition,
                                               std::int64_t committed) = 0;
    // Returns once the frame is on disk.
    [[nodiscard]] virtual Result<void> append(const Frame& frame, UnixTime now) = 0;

    // Frames of shares, a stretch of them at a time, each instance's newest stretch first: this
    // one's own, then those that others have. Their frames may reach past what is committed, or be
    // missing. What was archived before `since` may be left out.
    enum class Wanted : std::uint8_t {
        nothing,
        others,  // none that is older of the same instance
        more,
    };
    using StretchVisitor = std::function<Result<Wanted>(const std::vector<Frame>& stretch)>;
    [[nodiscard]] virtual Result<void> read_back(std::uint32_t partition, UnixTime since,
                                                 const StretchVisitor& visit) = 0;
};

// Behind, one commit for many batches of the bus is what catches up: a worker's shares become one
// row.
struct Grouping {
    std::size_t behind = 4'000;               // records in a batch that say so
    std::size_t max = 160'000;                // shares then written together: two rows each at most
    std::size_t bytes = 40 << 20;             // of them packed: they may all be one frame
    Duration time = std::chrono::seconds(1);  // none waits longer for others
};

class Accountant {
  public:
    struct Now {
        UnixTime unix;
        SteadyTime steady;
    };
    struct Written {
        std::map<std::uint32_t, std::int64_t> next;  // by partition, what is dealt with
        std::size_t counted = 0;
        std::size_t repeated = 0;
        std::size_t cuts = 0;  // made, of partitions
        std::size_t inexact_cuts = 0;
        UnixTime newest;  // accept time of the newest share
    };

    Accountant(AccountStore& store, FrameArchive& archive, std::uint32_t halving_interval,
               Grouping grouping = {})
        : store_(store), archive_(archive), grouping_(grouping), accounts_(halving_interval) {}

    // These partitions are ours from now on, and only these. Gives the offsets to go on at. After
    // an error we have none.
    [[nodiscard]] Result<std::map<std::uint32_t, std::int64_t>> assign(
        const std::vector<std::uint32_t>& partitions);
    // None is ours any more; what is not written is forgotten, and another will count it.
    void drop() {
        accounts_.close();
        group_since_.reset();
        unread_.clear();
    }

    // Counts, archives and commits, or leaves it at counting while more is to come (waiting()).
    // After any error we have no partition and must be assigned anew; what was in memory is counted
    // from the bus again.
    [[nodiscard]] Result<Written> take(std::vector<ShareRecord> records, const JobShelf& jobs,
                                       Now now);
    // The same for shares whose jobs have come since.
    [[nodiscard]] Result<Written> release(const JobShelf& jobs, Now now);
    // Whether counted shares wait to be written: flush() after Grouping::time at the latest.
    [[nodiscard]] bool waiting() const { return group_since_.has_value(); }
    [[nodiscard]] Result<Written> flush(Now now) { return write(now.unix); }
    void give_up(SteadyTime now) { accounts_.give_up(now); }

    // A block of ours was found then; heard in any order and as often as it is told.
    void found_block(UnixTime at) { accounts_.found_block(at); }
    // Splits what was counted before its block was heard of, `cuts_max` cuts of each partition
    // (behind, each step is a transaction of so many rows). Counted shares are written first. When
    // the cuts known of are made, blocks that are too many to know are read, oldest first.
    static constexpr std::size_t cuts_max = 5'000;
    // How far back in the archive shares of a moment are looked for: they are written when they
    // come, but for the ones that waited in a spool.
    static constexpr auto written_within = std::chrono::minutes(10);
    [[nodiscard]] Result<Written> make_cuts(Now now);
    [[nodiscard]] bool cuts_wait() const { return accounts_.cuts_wait() || !unread_.empty(); }

    [[nodiscard]] const Accounts& accounts() const { return accounts_; }

  private:
    [[nodiscard]] Result<Written> write(UnixTime now);
    [[nodiscard]] Result<void> archive_and_commit(std::vector<PartitionBatch>& batches,
                                                  UnixTime now);
    [[nodiscard]] Result<std::vector<RoundCut>> make_waiting_cuts();
    [[nodiscard]] Result<void> read_uncut_blocks();
    [[nodiscard]] Result<PartitionCut> split(const Accounts::Waiting& waiting);
    [[nodiscard]] Result<void> add_archived(const Accounts::Waiting& waiting,
                                            std::vector<BucketSplit>& splits);

    AccountStore& store_;
    FrameArchive& archive_;
    const Grouping grouping_;
    Accounts accounts_;
    std::optional<SteadyTime> group_since_;  // when the first batch that waits was taken
    std::set<std::uint32_t> unread_;         // partitions that blocks in the table may wait for
};

}  // namespace lode::sharelogger
