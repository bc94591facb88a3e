// Both sides are brought to keys that can be compared, then compared.
#include "sharelogger/sum_check.hpp"

#include "sharelogger/archive.hpp"
#include "sharelogger/seen_shares.hpp"

namespace lode::sharelogger {

SumCheck::SumCheck(const StoredSums& stored, const std::set<UnixTime>& blocks,
                   const TimeRange& time)
    : time_(time), cuts_(std::max(stored.cuts.size(), RoundCuts::known_max)) {
    std::set<UnixTime> exact;
    for (const RoundCut& cut : stored.cuts) {
        if (cut.exactness == Exactness::exact) {
            cuts_.add(cut.at);
            exact.insert(cut.at);
        } else {
            whole_minutes_.insert(minute_of(cut.at));
        }
    }
    for (const UnixTime block : blocks) {
        if (!exact.contains(block)) whole_minutes_.insert(minute_of(block));
    }
    for (const LateWork& late : stored.late) {
        with_late_.emplace(late.user, late.minute);
        with_late_.emplace(late.user, minute_of(late.counted_in));
    }
    for (const auto& [key, sum] : stored.rows) add_to(stored_, key, sum);
    for (const LateWork& late : stored.late) {
        add_to(stored_, {late.user, late.minute, 0, 0, Scheme::base}, late.sum);
        add_to(archived_, {late.user, late.counted_in, 0, 0, Scheme::base}, late.sum);
    }
}

UserBucketKey SumCheck::comparable(UserBucketKey key) const {
    const UnixTime minute = minute_of(key.start);
    if (with_late_.contains({key.user, minute})) return {key.user, minute, 0, 0, Scheme::base};
    if (whole_minutes_.contains(minute)) key.start = minute;
    return key;
}

void SumCheck::add_to(UserBuckets& sums, const UserBucketKey& key, const WorkSum& sum) const {
    if (key.start < time_.from || key.start >= time_.until) return;
    sums[comparable(key)] += sum;
}

void SumCheck::add(const CountedShare& share, std::uint32_t height_epoch) {
    add_to(archived_,
           {share.user, cuts_.bucket_start(share.accepted), share.bits, height_epoch, share.scheme},
           {share.work, 1, share.accepted});
}

std::vector<SumDifference> SumCheck::differences() const {
    std::map<UserBucketKey, SumDifference> both;
    for (const auto& [key, sum] : archived_) both[key].archived = sum;
    for (const auto& [key, sum] : stored_) both[key].stored = sum;
    std::vector<SumDifference> differences;
    for (auto& [key, difference] : both) {
        difference.key = key;
        if (difference.archived != difference.stored) differences.push_back(difference);
    }
    return differences;
}

Result<void> read_counted(const CountedPlace& place, const CountedVisitor& visit) {
    SeenShares seen;
    const auto take = [&](const Frame& frame) -> Result<void> {
        const auto committed = place.committed.find(frame.header.partition);
        const bool ahead =
            committed == place.committed.end() || frame.header.next > committed->second;
        if (ahead) return success();
        for (const std::string_view bytes : frame.messages) {
            LODE_TRY(const auto share, archived_share(bytes));
            if (!seen.add(share.stream, share.sequence.value())) continue;
            visit(frame.header.partition, share);
        }
        return success();
    };
    for (const std::string& day : archive_days(place.folder, place.chain)) {
        if (day < place.first_day) continue;
        LODE_TRY_VOID(read_archive_day(place.folder / place.chain / day, FrameKind::share, take));
    }
    return success();
}

}  // namespace lode::sharelogger
