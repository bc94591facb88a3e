// Equal sums on both sides, by user and kind of work, are the proof that no share is missing.
#include "sharelogger/bucket_split.hpp"

#include <algorithm>

namespace lode::sharelogger {
namespace {

// By all but the time.
UserBuckets totals(const UserBuckets& rows) {
    UserBuckets sums;
    for (const auto& [row, sum] : rows) {
        UserBucketKey key = row;
        key.start = {};
        sums[key] += sum;
    }
    return sums;
}

Exactness exactness_of(bool exact) {
    return exact ? Exactness::exact : Exactness::inexact;
}

}  // namespace

BucketSplit::BucketSplit(PartitionCuts::Range range, UserBuckets rows)
    : range_(std::move(range)), rows_(std::move(rows)), hopeless_(range_.hopeless) {
    for (const auto& [key, sum] : rows_) missing_ += sum.shares;
}

UnixTime BucketSplit::start_of(UnixTime accepted) const {
    const auto next = std::ranges::lower_bound(range_.cuts, accepted);
    if (next == range_.cuts.begin()) return range_.time.from;
    return *(next - 1) + std::chrono::milliseconds(1);
}

void BucketSplit::add(const CountedShare& share, std::uint32_t height_epoch) {
    if (share.accepted < range_.time.from || share.accepted >= range_.time.until) return;
    if (!seen_.emplace(share.stream, share.sequence).second) return;
    --missing_;
    split_[{share.user, start_of(share.accepted), share.bits, height_epoch, share.scheme}] +=
        WorkSum{.work = share.work, .shares = 1, .last_share = share.accepted};
}

UserBuckets BucketSplit::moved_behind() const {
    const UnixTime behind = range_.cuts.back() + std::chrono::milliseconds(1);
    UserBuckets moved;
    for (const auto& [row, sum] : rows_) {
        UserBucketKey key = row;
        key.start = std::max(key.start, behind);
        moved[key] += sum;
    }
    return moved;
}

Resplit BucketSplit::result() const {
    const bool exact = !hopeless_ && totals(split_) == totals(rows_);
    Resplit result{range_.time, exact ? split_ : moved_behind(), {}};
    if (*result.rows == rows_) result.rows.reset();
    for (const UnixTime cut : range_.cuts) {
        result.cuts.push_back({cut, exactness_of(exact)});
    }
    return result;
}

}  // namespace lode::sharelogger
