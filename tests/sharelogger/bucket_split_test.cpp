// Rows split share by share, or moved as they are when shares are missing.
#include "sharelogger/bucket_split.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr auto minute = from_unix_ms(1'700'000'040'000);
constexpr std::uint32_t epoch = 7;

CountedShare share_at(UnixTime accepted, std::uint64_t sequence, const char* user = "alice") {
    return {.stream = StreamId(1),
            .sequence = Sequence(sequence),
            .user = user,
            .worker = "rig",
            .job = JobId(1),
            .height = 100,
            .bits = 0x1d00ffff,
            .work = bitcoin::Work(0, 1000 + sequence),
            .accepted = accepted};
}

void count(UserBuckets& rows, const CountedShare& share, UnixTime start) {
    rows[{share.user, start, share.bits, epoch, share.scheme}] +=
        WorkSum{.work = share.work, .shares = 1, .last_share = {}};
}

PartitionCuts::Range range_with(std::vector<UnixTime> cuts) {
    return {{minute, minute + 1min}, std::move(cuts), false};
}

}  // namespace

TEST_CASE("shares counted before their block was heard of go to their side") {
    UserBuckets rows;
    const auto before = share_at(minute + 10s, 1);
    const auto behind = share_at(minute + 10s + 1ms, 2);
    count(rows, before, minute);
    count(rows, behind, minute);
    BucketSplit split(range_with({minute + 10s}), rows);
    CHECK(split.wants_more());
    split.add(behind, epoch);
    split.add(behind, epoch);
    split.add(share_at(minute - 1ms, 9), epoch);
    CHECK(split.wants_more());
    split.add(before, epoch);
    CHECK_FALSE(split.wants_more());
    const auto result = split.result();
    CHECK(result.cuts == std::vector<RoundCut>{{minute + 10s, Exactness::exact}});
    UserBuckets wanted;
    count(wanted, before, minute);
    count(wanted, behind, minute + 10s + 1ms);
    REQUIRE(result.rows);
    CHECK(*result.rows == wanted);
}

TEST_CASE("without rows nothing is read and nothing written") {
    const BucketSplit split(range_with({minute + 10s}), {});
    CHECK_FALSE(split.wants_more());
    CHECK_FALSE(split.result().rows);
    CHECK(split.result().cuts[0].exactness == Exactness::exact);
}

TEST_CASE("when a share is missing all count behind the cut") {
    UserBuckets rows;
    const auto share = share_at(minute + 1s, 1);
    const auto later = share_at(minute + 30s, 2);
    count(rows, share, minute);
    count(rows, share_at(minute + 2s, 3), minute);
    count(rows, later, minute + 20s);
    BucketSplit split(range_with({minute + 10s}), rows);
    split.add(share, epoch);
    split.add(later, epoch);
    const auto result = split.result();
    CHECK(result.cuts == std::vector<RoundCut>{{minute + 10s, Exactness::inexact}});
    REQUIRE(result.rows);
    REQUIRE(result.rows->size() == 2);
    CHECK(result.rows->begin()->first.start == minute + 10s + 1ms);
    CHECK(result.rows->begin()->second.shares == 2);
    CHECK(result.rows->rbegin()->first.start == minute + 20s);
}

TEST_CASE("as many shares of another sum are not the same shares") {
    UserBuckets rows;
    count(rows, share_at(minute + 1s, 1), minute);
    BucketSplit split(range_with({minute + 10s}), rows);
    split.add(share_at(minute + 1s, 1, "bob"), epoch);
    CHECK_FALSE(split.wants_more());
    CHECK(split.result().cuts[0].exactness == Exactness::inexact);
}

TEST_CASE("property: a split moves work within its range, never makes or loses any") {
    std::mt19937_64 random(20261121);
    for (int round = 0; round < 20'000; ++round) {
        CAPTURE(round);
        std::vector<UnixTime> cuts;
        for (auto many = 1 + random() % 5; many > 0; --many) {
            cuts.push_back(minute + std::chrono::milliseconds(random() % 59'000));
        }
        std::ranges::sort(cuts);
        const auto [first, last] = std::ranges::unique(cuts);
        cuts.erase(first, last);
        std::vector<CountedShare> shares;
        UserBuckets rows;
        std::map<std::string, WorkSum> whole;
        for (std::uint64_t i = 1 + random() % 12; i > 0; --i) {
            const auto at = minute + std::chrono::milliseconds(random() % 60'000);
            shares.push_back(share_at(at, i, random() % 2 == 0 ? "alice" : "bob"));
            // Counted before or after one of the blocks was heard of.
            const UnixTime cut = cuts[random() % cuts.size()];
            count(rows, shares.back(), at > cut && random() % 2 == 0 ? cut + 1ms : minute);
            whole[shares.back().user] += WorkSum{shares.back().work, 1, {}};
        }
        const bool lost = random() % 4 == 0;
        BucketSplit split(range_with(cuts), rows);
        for (const auto& share : shares) {
            if (!lost || share.sequence.value() != 1) split.add(share, epoch);
            if (random() % 3 == 0) split.add(shares[random() % shares.size()], epoch);
        }
        const bool complete = !split.wants_more();
        const auto result = split.result();
        const UserBuckets& after = result.rows ? *result.rows : rows;
        std::map<std::string, WorkSum> whole_after;
        for (const auto& [key, sum] : after) whole_after[key.user] += sum;
        REQUIRE(whole_after == whole);
        for (const RoundCut& cut : result.cuts) {
            REQUIRE((cut.exactness == Exactness::exact) == complete);
            if (!complete) continue;
            std::int64_t before = 0;
            for (const auto& [key, sum] : after) before += key.start <= cut.at ? sum.shares : 0;
            REQUIRE(before == std::ranges::count_if(shares, [&](const auto& share) {
                        return share.accepted <= cut.at;
                    }));
        }
    }
}
