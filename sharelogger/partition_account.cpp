// Sequence rules and sums.
#include "sharelogger/partition_account.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode::sharelogger {
namespace {

constexpr std::uint32_t retarget_interval = 2016;

void add_to(WorkSum& sum, const CountedShare& share) {
    sum.work += share.work;
    ++sum.shares;
    sum.last_share = std::max(sum.last_share, share.accepted);
}

template <class Length>
UnixTime bucket_start(UnixTime time, Length length) {
    const auto since = time.time_since_epoch();
    return UnixTime(since - since % std::chrono::milliseconds(length));
}

}  // namespace

std::uint32_t height_epoch(std::uint32_t height, std::uint32_t halving_interval) {
    LODE_ASSERT(halving_interval > 0);
    // Boundaries up to this height; one that is both a retarget and a halving counts twice, which
    // is as good a name as any.
    return height / retarget_interval + height / halving_interval;
}

PartitionAccount::PartitionAccount(State state, std::uint32_t halving_interval)
    : halving_interval_(halving_interval), sequences_(std::move(state.sequences)) {
    batch_.partition = state.partition;
    batch_.expected = state.next;
    batch_.next = state.next;
}

Verdict PartitionAccount::add(const ShareRecord& record, const CountedShare& share) {
    if (stopped_) return Verdict::stopped;
    if (record.offset < batch_.next) return Verdict::already_counted;
    Sequence& last = sequences_[share.stream];
    if (share.sequence > Sequence(last.value() + 1)) {
        stop_at_gap(share, last);
        return Verdict::gap;
    }
    batch_.next = record.offset + 1;
    if (share.sequence <= last) return Verdict::already_counted;
    last = share.sequence;
    batch_.sequences[share.stream] = share.sequence;
    batch_.messages.push_back(record.message);
    add_to(batch_.users[{share.user, bucket_start(share.accepted, user_bucket_length), share.bits,
                         height_epoch(share.height, halving_interval_), share.scheme}],
           share);
    add_to(batch_.workers[{share.user, share.worker,
                           bucket_start(share.accepted, worker_bucket_length)}],
           share);
    return Verdict::counted;
}

void PartitionAccount::stop(Stop::Cause cause, std::string reason, JobId job) {
    if (stopped_) return;
    stopped_ = Stop{.cause = cause,
                    .offset = batch_.next,
                    .stream = {},
                    .first_missing = {},
                    .last_missing = {},
                    .job = job,
                    .reason = std::move(reason)};
}

void PartitionAccount::stop_at_gap(const CountedShare& share, Sequence last) {
    const Sequence first_missing(last.value() + 1);
    const Sequence last_missing(share.sequence.value() - 1);
    stop(Stop::Cause::gap, "stream " + std::to_string(share.stream.value()) + " lacks sequences " +
                               std::to_string(first_missing.value()) + " to " +
                               std::to_string(last_missing.value()) + " at offset " +
                               std::to_string(batch_.next));
    stopped_->stream = share.stream;
    stopped_->first_missing = first_missing;
    stopped_->last_missing = last_missing;
}

PartitionBatch PartitionAccount::take_batch() {
    PartitionBatch taken = std::move(batch_);
    batch_ = PartitionBatch{};
    batch_.partition = taken.partition;
    batch_.expected = taken.next;
    batch_.next = taken.next;
    return taken;
}

}  // namespace lode::sharelogger
