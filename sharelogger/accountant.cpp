// The order of things; see the README for why no order of crashes and zombies breaks it.
#include "sharelogger/accountant.hpp"

#include "common/messages/share.pb.h"

namespace lode::sharelogger {
namespace {

Frame frame_of(const PartitionBatch& batch) {
    Frame frame{{.kind = FrameKind::share,
                 .partition = batch.partition,
                 .first = batch.expected,
                 .next = batch.next},
                {}};
    frame.messages.reserve(batch.messages.size());
    for (const auto& message : batch.messages) {
        frame.messages.push_back(message->SerializeAsString());
    }
    return frame;
}

}  // namespace

Result<std::map<std::uint32_t, std::int64_t>> Accountant::assign(
    const std::vector<std::uint32_t>& partitions) {
    drop();
    std::vector<PartitionAccount::State> states;
    std::map<std::uint32_t, std::int64_t> offsets;
    for (const std::uint32_t partition : partitions) {
        LODE_TRY(auto state, store_.load(partition));
        LODE_TRY_VOID(archive_.recover(FrameKind::share, partition, state.next));
        offsets[partition] = state.next;
        states.push_back(std::move(state));
    }
    accounts_.open(std::move(states));
    return offsets;
}

Result<Accountant::Written> Accountant::take(std::vector<ShareRecord> records, const JobShelf& jobs,
                                             Now now) {
    const bool behind = records.size() >= grouping_.behind;
    for (ShareRecord& record : records) accounts_.add(std::move(record), jobs, now.steady);
    if (!group_since_) group_since_ = now.steady;
    const bool room = accounts_.counted() < grouping_.max;
    if (behind && room && now.steady - *group_since_ < grouping_.time) return Written{};
    return write(now.unix);
}

Result<Accountant::Written> Accountant::release(const JobShelf& jobs, Now now) {
    accounts_.release(jobs, now.steady);
    return write(now.unix);
}

Result<Accountant::Written> Accountant::write(UnixTime now) {
    group_since_.reset();
    const Batches taken = accounts_.take_batches();
    Written written{.next = {}, .counted = 0, .repeated = taken.repeated, .newest = {}};
    if (taken.batches.empty()) return written;
    if (const auto done = archive_and_commit(taken.batches, now); !done) {
        drop();
        return done.error();
    }
    for (const PartitionBatch& batch : taken.batches) {
        written.next[batch.partition] = batch.next;
        written.counted += batch.messages.size();
        for (const auto& [key, sum] : batch.users) {
            written.newest = std::max(written.newest, sum.last_share);
        }
    }
    return written;
}

Result<void> Accountant::archive_and_commit(const std::vector<PartitionBatch>& batches,
                                            UnixTime now) {
    for (const PartitionBatch& batch : batches) {
        // Repeats alone move the offset and have nothing to prove.
        if (batch.messages.empty()) continue;
        LODE_TRY_VOID(archive_.append(frame_of(batch), now));
    }
    return store_.commit(batches, now);
}

}  // namespace lode::sharelogger
