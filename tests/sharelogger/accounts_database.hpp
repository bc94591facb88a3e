// The accounts' tables in memory, with each share that they count and by which time: what is right
// can be told without sums. One transaction at a time.
#pragma once

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "common/messages/share.pb.h"
#include "sharelogger/accountant.hpp"

namespace lode::test {

using namespace sharelogger;

using ShareName = std::pair<StreamId, Sequence>;

inline v1::Share share_in(std::string_view bytes) {
    v1::Share share;
    REQUIRE(share.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return share;
}
inline ShareName name_of(const v1::Share& share) {
    return {StreamId(share.stream()), Sequence(share.sequence())};
}

using Transaction = std::variant<std::vector<PartitionBatch>, std::vector<PartitionCut>>;

struct DatabasePartition {
    std::int64_t next = 0;
    std::int64_t fence = 0;
    Sequences sequences;
    std::map<ShareName, UnixTime> counted;  // by which time: its own, or that of an open minute
    UserBuckets rows;
    std::map<UnixTime, Exactness> cuts;
};

class AccountsDatabase {
  public:
    explicit AccountsDatabase(std::mt19937_64& random) : random_(random) {}

    PartitionAccount::State load(std::uint32_t partition) {
        wait_for_lock(partition);
        auto& row = partitions[partition];
        PartitionAccount::State state{partition, row.next, row.sequences, ++row.fence, {}};
        for (const auto& [at, exactness] : row.cuts) state.cuts.push_back({at, exactness});
        return state;
    }
    UserBuckets rows(std::uint32_t partition, const TimeRange& time) {
        UserBuckets rows;
        for (const auto& [key, sum] : partitions[partition].rows) {
            if (key.start >= time.from && key.start < time.until) rows.emplace(key, sum);
        }
        return rows;
    }

    std::vector<UnixTime> uncut(std::uint32_t partition, const std::set<UnixTime>& blocks,
                                std::size_t most) {
        std::vector<UnixTime> uncut;
        for (const UnixTime at : blocks) {
            if (uncut.size() < most && !partitions[partition].cuts.contains(at)) {
                uncut.push_back(at);
            }
        }
        return uncut;
    }

    template <class Part>
    Result<void> write(const std::vector<Part>& parts) {
        for (const Part& part : parts) wait_for_lock(part.partition);
        return apply(parts);
    }
    // Out of touch during COMMIT: it is still at work.
    void leave_in_flight(Transaction transaction) { in_flight_.push_back(std::move(transaction)); }
    void resolve_one() {
        if (!in_flight_.empty()) resolve(random_() % in_flight_.size());
    }
    void resolve_all() {
        while (!in_flight_.empty()) resolve(0);
    }

    // Cuts move shares within their minute only.
    void check_minutes(std::uint32_t partition) const {
        const auto& row = partitions.at(partition);
        std::map<UnixTime, std::int64_t> shares;
        for (const auto& [name, time] : row.counted) ++shares[minute_of(time)];
        for (const auto& [key, sum] : row.rows) shares[minute_of(key.start)] -= sum.shares;
        for (const auto& [minute, left] : shares) REQUIRE(left == 0);
    }

    // Whether rows hold to an exact cut; what it says of itself.
    [[nodiscard]] Exactness check_cut(std::uint32_t partition, UnixTime at) const {
        const auto& row = partitions.at(partition);
        REQUIRE(row.cuts.contains(at));
        if (row.cuts.at(at) == Exactness::inexact) return Exactness::inexact;
        const UnixTime minute = minute_of(at);
        std::int64_t before = 0;
        std::int64_t rows_before = 0;
        for (const auto& [name, time] : row.counted) {
            if (time >= minute && time <= at) ++before;
        }
        for (const auto& [key, sum] : row.rows) {
            if (key.start >= minute && key.start <= at) rows_before += sum.shares;
        }
        REQUIRE(rows_before == before);
        return Exactness::exact;
    }

    std::map<std::uint32_t, DatabasePartition> partitions;
    UnixTime closed_before = UnixTime::min();

  private:
    Result<void> apply(const std::vector<PartitionBatch>& batches) {
        LODE_TRY_VOID(hold(batches, &PartitionBatch::expected));
        for (const auto& batch : batches) {
            auto& row = partitions[batch.partition];
            row.next = batch.next;
            for (const auto& [stream, sequence] : batch.sequences) row.sequences[stream] = sequence;
            for (const std::string_view bytes : batch.messages) {
                const v1::Share share = share_in(bytes);
                const auto time = from_unix_ms(share.produced_unix_ms());
                REQUIRE(row.counted.emplace(name_of(share), std::max(time, closed_before)).second);
            }
            for (const auto& [bucket, sum] : batch.users) {
                UserBucketKey key = bucket;
                key.start = std::max(key.start, closed_before);
                row.rows[key] += sum;
            }
        }
        return success();
    }

    Result<void> apply(const std::vector<PartitionCut>& cuts) {
        LODE_TRY_VOID(hold(cuts, &PartitionCut::next));
        for (const auto& cut : cuts) {
            auto& row = partitions[cut.partition];
            for (const auto& one : cut.rowless) row.cuts.emplace(one.at, one.exactness);
            for (const auto& split : cut.splits) {
                const bool stays = split.rows && split.time.from < closed_before;
                for (const auto& one : split.cuts) {
                    row.cuts.emplace(one.at, stays ? Exactness::inexact : one.exactness);
                }
                if (!split.rows || stays) continue;
                std::erase_if(row.rows, [&](const auto& old) {
                    return old.first.start >= split.time.from && old.first.start < split.time.until;
                });
                row.rows.insert(split.rows->begin(), split.rows->end());
            }
        }
        return success();
    }

    // A transaction in flight holds its rows until it ends, one way or the other.
    void wait_for_lock(std::uint32_t partition) {
        for (std::size_t i = 0; i < in_flight_.size();) {
            const bool holds = std::visit(
                [&](const auto& parts) {
                    return std::ranges::any_of(
                        parts, [&](const auto& part) { return part.partition == partition; });
                },
                in_flight_[i]);
            if (!holds) {
                ++i;
                continue;
            }
            resolve(i);
            i = 0;
        }
    }
    void resolve(std::size_t which) {
        const Transaction transaction = in_flight_[which];
        in_flight_.erase(in_flight_.begin() + static_cast<long>(which));
        if (random_() % 2 != 0) return;
        std::visit([this](const auto& parts) { (void)write(parts); }, transaction);
    }

    // What every transaction begins with.
    template <class Part>
    Result<void> hold(const std::vector<Part>& parts, std::int64_t Part::*expected) {
        for (const Part& part : parts) {
            const auto& row = partitions[part.partition];
            if (row.next != part.*expected || row.fence != part.fence) {
                return failure(ErrorCode::conflict, "moved on");
            }
        }
        return success();
    }

    std::mt19937_64& random_;
    std::vector<Transaction> in_flight_;
};

}  // namespace lode::test
