// The order of things; see the README for why no order of crashes and zombies breaks it.
#include "sharelogger/accountant.hpp"

#include <algorithm>

namespace lode::sharelogger {
namespace {

FrameHeader header_of(const PartitionBatch& batch) {
    return {.kind = FrameKind::share,
            .partition = batch.partition,
            .first = batch.expected,
            .next = batch.next};
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
    LODE_TRY(const auto blocks, store_.found_blocks());
    for (const UnixTime at : blocks) accounts_.found_block(at);
    accounts_.open(std::move(states));
    unread_.insert(partitions.begin(), partitions.end());
    return offsets;
}

Result<Accountant::Written> Accountant::take(std::vector<ShareRecord> records, const JobShelf& jobs,
                                             Now now) {
    const bool behind = records.size() >= grouping_.behind;
    for (ShareRecord& record : records) accounts_.add(std::move(record), jobs, now.steady);
    if (!group_since_) group_since_ = now.steady;
    const bool room = accounts_.counted() < grouping_.max && accounts_.packed() < grouping_.bytes;
    if (behind && room && now.steady - *group_since_ < grouping_.time) return Written{};
    return write(now.unix);
}

Result<Accountant::Written> Accountant::release(const JobShelf& jobs, Now now) {
    accounts_.release(jobs, now.steady);
    return write(now.unix);
}

Result<Accountant::Written> Accountant::write(UnixTime now) {
    group_since_.reset();
    Batches taken = accounts_.take_batches();
    Written written;
    written.repeated = taken.repeated;
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

Result<void> Accountant::archive_and_commit(std::vector<PartitionBatch>& batches, UnixTime now) {
    for (PartitionBatch& batch : batches) {
        // Repeats alone move the offset and have nothing to prove.
        if (batch.messages.empty()) continue;
        Frame frame{header_of(batch), std::move(batch.messages)};  // lent, not copied
        const auto archived = archive_.append(frame, now);
        batch.messages = std::move(frame.messages);
        LODE_TRY_VOID(archived);
    }
    return store_.commit(batches, now);
}

// ---- cuts ----------------------------------------------------------------------------------

Result<Accountant::Written> Accountant::make_cuts(Now now) {
    LODE_TRY(auto written, write(now.unix));
    const auto made = make_waiting_cuts();
    if (!made) {
        drop();
        return made.error();
    }
    written.cuts = made.value().size();
    for (const RoundCut& cut : made.value()) {
        if (cut.exactness == Exactness::inexact) ++written.inexact_cuts;
    }
    return written;
}

Result<std::vector<RoundCut>> Accountant::make_waiting_cuts() {
    std::vector<RoundCut> made;
    std::vector<PartitionCut> cuts;
    for (const Accounts::Waiting& waiting : accounts_.waiting_cuts(cuts_max)) {
        LODE_TRY(auto cut, split(waiting));
        cuts.push_back(std::move(cut));
    }
    if (cuts.empty()) {
        LODE_TRY_VOID(read_uncut_blocks());
        return made;
    }
    LODE_TRY_VOID(store_.cut(cuts));
    for (const PartitionCut& cut : cuts) {
        const auto note = [&](const std::vector<RoundCut>& some) {
            accounts_.cuts_made(cut.partition, some);
            made.insert(made.end(), some.begin(), some.end());
        };
        note(cut.rowless);
        for (const Resplit& split : cut.splits) note(split.cuts);
    }
    return made;
}

// A page of each partition. Those that it is cut at by then are not in the next one.
Result<void> Accountant::read_uncut_blocks() {
    for (const std::uint32_t partition : std::exchange(unread_, {})) {
        LODE_TRY(const auto blocks, store_.uncut_blocks(partition, cuts_max));
        if (accounts_.found_blocks(partition, blocks)) unread_.insert(partition);
    }
    return success();
}

// Rows and own archive stand at the same offset, and as long as the fence holds nobody moves
// either.
Result<PartitionCut> Accountant::split(const Accounts::Waiting& waiting) {
    PartitionCut cut{waiting.partition, waiting.next, waiting.fence, {}, waiting.plan.rowless};
    std::vector<BucketSplit> splits;
    for (const PartitionCuts::Range& range : waiting.plan.ranges) {
        LODE_TRY(auto rows, store_.rows(waiting.partition, range.time));
        splits.emplace_back(range, std::move(rows));
    }
    LODE_TRY_VOID(add_archived(waiting, splits));
    for (const BucketSplit& split : splits) cut.splits.push_back(split.result());
    return cut;
}

Result<void> Accountant::add_archived(const Accounts::Waiting& waiting,
                                      std::vector<BucketSplit>& splits) {
    const auto wants_more = [&splits] {
        return std::ranges::any_of(splits, &BucketSplit::wants_more);
    };
    if (!wants_more()) return success();
    const UnixTime earliest = splits.front().time().from - written_within;
    return archive_.read_back(
        waiting.partition, earliest,
        [&](const std::vector<Frame>& stretch) -> Result<FrameArchive::Wanted> {
            UnixTime newest = UnixTime::min();
            for (const Frame& frame : stretch) {
                if (frame.header.next > waiting.next) {
                    // A former owner's that no transaction stands behind; older ones may be whole.
                    newest = UnixTime::max();
                    continue;
                }
                for (const std::string_view bytes : frame.messages) {
                    LODE_TRY(const auto share, archived_share(bytes));
                    newest = std::max(newest, share.accepted);
                    const auto epoch = height_epoch(share.height, accounts_.halving_interval());
                    for (BucketSplit& split : splits) split.add(share, epoch);
                }
            }
            if (!wants_more()) return FrameArchive::Wanted::nothing;
            return newest >= earliest ? FrameArchive::Wanted::more : FrameArchive::Wanted::others;
        });
}

}  // namespace lode::sharelogger
