// The accounts of all partitions that this instance has at the moment. Shares wait here for jobs
// that are on their way; a partition whose job does not come stands still without the others.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "sharelogger/job_shelf.hpp"
#include "sharelogger/partition_account.hpp"

namespace lode::sharelogger {

// The batches of all partitions, and what the metrics tell of them.
struct Batches {
    std::vector<PartitionBatch> batches;  // without empty ones, in the order of partitions
    std::size_t repeated = 0;             // shares delivered again
};

class Accounts {
  public:
    // Shares waiting for jobs, over all partitions: 100 MB at 1 kB each, three batches of the bus.
    static constexpr std::size_t held_max = 100'000;
    // A job is on the bus before its shares, or a moment later where sserver had it straight from
    // jobmaker; so long covers a jobmaker that is in touch with Kafka again.
    static constexpr auto job_wait_max = std::chrono::seconds(60);

    explicit Accounts(std::uint32_t halving_interval) : halving_interval_(halving_interval) {}

    // These partitions in place of all former ones, whose open batches are forgotten.
    void open(std::vector<PartitionAccount::State> states);
    void close() { open({}); }

    // A block of ours was found then: what is counted from now on lies on its own side, what was
    // counted before is to be split.
    void found_block(UnixTime at);
    // The same for blocks that this partition is not cut at. Whether a cut waits now.
    bool found_blocks(std::uint32_t partition, const std::vector<UnixTime>& blocks);
    // What is to be split of each partition with cuts that wait, up to `most` of each.
    struct Waiting {
        std::uint32_t partition = 0;
        std::int64_t next = 0;
        std::int64_t fence = 0;
        PartitionCuts::Plan plan;
    };
    [[nodiscard]] std::vector<Waiting> waiting_cuts(std::size_t most) const;
    [[nodiscard]] bool cuts_wait() const;
    void cuts_made(std::uint32_t partition, const std::vector<RoundCut>& cuts);

    // A share of a partition that is not ours, stands still or was dealt with changes nothing.
    void add(ShareRecord record, const JobShelf& jobs, SteadyTime now);
    // Counts what has waited for jobs that the shelf has now.
    void release(const JobShelf& jobs, SteadyTime now);
    // Stops partitions whose shares have waited too long.
    void give_up(SteadyTime now);

    [[nodiscard]] Batches take_batches();

    // Partitions that stand still, by number.
    [[nodiscard]] std::map<std::uint32_t, Stop> stops() const;
    // Partitions of which all that was handed over is counted.
    [[nodiscard]] std::vector<std::uint32_t> without_backlog() const;
    [[nodiscard]] std::uint32_t halving_interval() const { return halving_interval_; }
    [[nodiscard]] std::size_t partitions() const { return open_.size(); }
    [[nodiscard]] std::size_t held() const { return held_; }
    // Shares counted since the last take_batches().
    [[nodiscard]] std::size_t counted() const { return counted_; }
    // Their bytes as the archive will have them.
    [[nodiscard]] std::size_t packed() const;

  private:
    struct Open {
        PartitionAccount account;
        PartitionCuts cuts;
        std::deque<ShareRecord> held;
        SteadyTime held_since;  // of the first
    };
    // Whether it was dealt with: counted or dropped. False: it waits for its job.
    [[nodiscard]] bool count(PartitionAccount& account, const ShareRecord& record,
                             const JobShelf& jobs);
    void stop_waiting(Open& partition);

    std::uint32_t halving_interval_;
    RoundCuts cuts_;  // of all blocks heard of
    std::map<std::uint32_t, Open> open_;
    std::size_t held_ = 0;
    std::size_t counted_ = 0;
    std::size_t repeated_ = 0;
};

}  // namespace lode::sharelogger
