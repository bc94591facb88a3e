// Order within a partition is kept: a share behind one that waits, waits too.
#include "sharelogger/accounts.hpp"

#include <algorithm>

#include "common/messages/share.pb.h"

namespace lode::sharelogger {

void Accounts::open(std::vector<PartitionAccount::State> states) {
    open_.clear();
    held_ = 0;
    repeated_ = 0;
    for (const PartitionAccount::State& state : states) {
        for (const RoundCut& cut : state.cuts) cuts_.add(cut.at);
    }
    for (PartitionAccount::State& state : states) {
        const std::uint32_t partition = state.partition;
        PartitionCuts cuts;
        for (const RoundCut& cut : state.cuts) cuts.made(cut);
        for (const UnixTime cut : cuts_.all()) cuts.found(cut);
        open_.emplace(partition, Open{.account = {std::move(state), halving_interval_, cuts_},
                                      .cuts = std::move(cuts),
                                      .held = {},
                                      .held_since = {}});
    }
}

void Accounts::found_block(UnixTime at) {
    cuts_.add(at);
    for (auto& [number, partition] : open_) partition.cuts.found(at);
}

bool Accounts::found_blocks(std::uint32_t partition, const std::vector<UnixTime>& blocks) {
    PartitionCuts& cuts = open_.at(partition).cuts;
    for (const UnixTime at : blocks) {
        cuts_.add(at);
        cuts.found(at);
    }
    return cuts.waiting() > 0;
}

std::vector<Accounts::Waiting> Accounts::waiting_cuts(std::size_t most) const {
    std::vector<Waiting> waiting;
    for (const auto& [number, partition] : open_) {
        if (partition.cuts.waiting() == 0) continue;
        waiting.push_back({number, partition.account.next(), partition.account.fence(),
                           partition.cuts.plan(most)});
    }
    return waiting;
}

bool Accounts::cuts_wait() const {
    return std::ranges::any_of(open_,
                               [](const auto& one) { return one.second.cuts.waiting() > 0; });
}

void Accounts::cuts_made(std::uint32_t partition, const std::vector<RoundCut>& cuts) {
    for (const RoundCut& cut : cuts) open_.at(partition).cuts.made(cut);
}

std::vector<std::uint32_t> Accounts::without_backlog() const {
    std::vector<std::uint32_t> partitions;
    for (const auto& [number, partition] : open_) {
        if (partition.held.empty() && !partition.account.stopped()) partitions.push_back(number);
    }
    return partitions;
}

void Accounts::add(ShareRecord record, const JobShelf& jobs, SteadyTime now) {
    const auto found = open_.find(record.partition);
    if (found == open_.end()) return;
    Open& partition = found->second;
    if (partition.account.stopped()) return;
    if (partition.held.empty()) {
        if (count(partition.account, record, jobs)) return;
        partition.held_since = now;
    }
    partition.held.push_back(std::move(record));
    if (++held_ > held_max) stop_waiting(partition);
}

bool Accounts::count(PartitionAccount& account, const ShareRecord& record, const JobShelf& jobs) {
    if (record.offset < account.next()) return true;
    const auto share = parse_share(*record.message, record.appended);
    if (!share) {
        account.stop(Stop::Cause::malformed,
                     "offset " + std::to_string(record.offset) + ": " + share.error().context);
        return true;
    }
    if (!jobs.has(share.value().job)) return false;
    const Verdict verdict = account.add(record, share.value());
    if (verdict == Verdict::counted) ++counted_;
    if (verdict == Verdict::already_counted) ++repeated_;
    return true;
}

void Accounts::release(const JobShelf& jobs, SteadyTime now) {
    if (held_ == 0) return;
    for (auto& [number, partition] : open_) {
        while (!partition.held.empty()) {
            if (partition.account.stopped()) {
                held_ -= partition.held.size();
                partition.held.clear();
                break;
            }
            if (!count(partition.account, partition.held.front(), jobs)) break;
            partition.held.pop_front();
            partition.held_since = now;
            --held_;
        }
    }
}

void Accounts::give_up(SteadyTime now) {
    for (auto& [number, partition] : open_) {
        if (!partition.held.empty() && now - partition.held_since >= job_wait_max) {
            stop_waiting(partition);
        }
    }
}

void Accounts::stop_waiting(Open& partition) {
    const v1::Share& first = *partition.held.front().message;
    partition.account.stop(Stop::Cause::job,
                           "job " + std::to_string(first.job_id()) + " of the share at offset " +
                               std::to_string(partition.held.front().offset) +
                               " is not on the job topic",
                           JobId(first.job_id()));
    held_ -= partition.held.size();
    partition.held.clear();
}

std::size_t Accounts::packed() const {
    std::size_t bytes = 0;
    for (const auto& [number, partition] : open_) bytes += partition.account.packed();
    return bytes;
}

Batches Accounts::take_batches() {
    counted_ = 0;
    Batches taken{.batches = {}, .repeated = std::exchange(repeated_, 0)};
    for (auto& [number, partition] : open_) {
        PartitionBatch batch = partition.account.take_batch();
        if (!batch.empty()) taken.batches.push_back(std::move(batch));
    }
    return taken;
}

std::map<std::uint32_t, Stop> Accounts::stops() const {
    std::map<std::uint32_t, Stop> stops;
    for (const auto& [number, partition] : open_) {
        if (const auto& stop = partition.account.stopped()) stops.emplace(number, *stop);
    }
    return stops;
}

}  // namespace lode::sharelogger
