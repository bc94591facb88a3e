// Sequence rules and sums.
#include "sharelogger/partition_account.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/messages/share.pb.h"

namespace lode::sharelogger {
namespace {

constexpr std::uint32_t retarget_interval = 2016;

UnixTime worker_bucket_start(UnixTime time) {
    const auto since = time.time_since_epoch();
    return UnixTime(since - since % std::chrono::milliseconds(worker_bucket_length));
}

void pack(const v1::Share& message, PackedMessages& to) {
    message.SerializeWithCachedSizesToArray(to.extend(message.ByteSizeLong()));
}

// With the time that it counts by, so that the archive tells which bucket it is in.
void pack_counted(const v1::Share& message, UnixTime accepted, PackedMessages& to) {
    if (message.produced_unix_ms() == to_unix_ms(accepted)) return pack(message, to);
    v1::Share corrected = message;
    corrected.set_produced_unix_ms(to_unix_ms(accepted));
    pack(corrected, to);
}

}  // namespace

std::uint32_t height_epoch(std::uint32_t height, std::uint32_t halving_interval) {
    LODE_ASSERT(halving_interval > 0);
    // Boundaries up to this height; one that is both a retarget and a halving counts twice, which
    // is as good a name as any.
    return height / retarget_interval + height / halving_interval;
}

PartitionAccount::PartitionAccount(State state, std::uint32_t halving_interval,
                                   const RoundCuts& cuts)
    : halving_interval_(halving_interval), cuts_(cuts), sequences_(std::move(state.sequences)) {
    batch_.partition = state.partition;
    batch_.expected = state.next;
    batch_.next = state.next;
    batch_.fence = state.fence;
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
    pack_counted(*record.message, share.accepted, batch_.messages);
    const WorkSum sum{.work = share.work, .shares = 1, .last_share = share.accepted};
    const Place& place = place_of(share);
    place.user->second += sum;
    place.worker->second += sum;
    return Verdict::counted;
}

std::size_t PartitionAccount::WorkerNameHash::operator()(const WorkerName& name) const {
    const std::hash<std::string_view> hash;
    return hash(name.user) * 31 + hash(name.worker);
}

const PartitionAccount::Place& PartitionAccount::place_of(const CountedShare& share) {
    const UnixTime user_start = cuts_.bucket_start(share.accepted);
    const UnixTime worker_start = worker_bucket_start(share.accepted);
    const std::uint32_t epoch = height_epoch(share.height, halving_interval_);
    const auto known = places_.find({share.user, share.worker});
    if (known != places_.end()) {
        const UserBucketKey& user = known->second.user->first;
        if (user.start == user_start && user.bits == share.bits && user.height_epoch == epoch &&
            user.scheme == share.scheme && known->second.worker->first.start == worker_start) {
            return known->second;
        }
    }
    const Place place{
        batch_.users.try_emplace({share.user, user_start, share.bits, epoch, share.scheme}).first,
        batch_.workers.try_emplace({share.user, share.worker, worker_start}).first};
    const WorkerBucketKey& name = place.worker->first;
    return places_.insert_or_assign({name.user, name.worker}, place).first->second;
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
    places_.clear();
    PartitionBatch taken = std::move(batch_);
    taken.cuts_known_from = cuts_.known_from();
    batch_ = PartitionBatch{};
    batch_.fence = taken.fence;
    batch_.partition = taken.partition;
    batch_.expected = taken.next;
    batch_.next = taken.next;
    return taken;
}

}  // namespace lode::sharelogger
