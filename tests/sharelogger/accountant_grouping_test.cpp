// What the accountant writes together when it is behind, and when.
#include <catch2/catch_test_macros.hpp>

#include "common/messages/share.pb.h"
#include "sharelogger/accountant.hpp"
#include "tests/sharelogger/builders.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

// Counts what is committed.
class CountingStore final : public AccountStore {
  public:
    Result<PartitionAccount::State> load(std::uint32_t partition) override {
        return PartitionAccount::State{partition, 0, {}};
    }
    Result<void> commit(const std::vector<PartitionBatch>& batches, UnixTime) override {
        commits.push_back(0);
        for (const auto& batch : batches) commits.back() += batch.messages.size();
        return success();
    }
    std::vector<std::size_t> commits;
    Result<std::vector<UnixTime>> found_blocks() override { return std::vector<UnixTime>(); }
    Result<std::vector<UnixTime>> uncut_blocks(std::uint32_t, std::size_t) override {
        return std::vector<UnixTime>();
    }
    Result<UserBuckets> rows(std::uint32_t, const TimeRange&) override { return UserBuckets(); }
    Result<void> cut(const std::vector<PartitionCut>&) override { return success(); }
};
class NoArchive final : public FrameArchive {
  public:
    Result<void> recover(FrameKind, std::uint32_t, std::int64_t) override { return success(); }
    Result<void> append(const Frame&, UnixTime) override { return success(); }
    Result<void> read_back(std::uint32_t, UnixTime, const StretchVisitor&) override {
        return success();
    }
};

struct Behind {
    explicit Behind(std::size_t bytes = Grouping{}.bytes)
        : accountant(store, archive, 210'000, {.behind = 10, .max = 25, .bytes = bytes}) {
        jobs.add(JobId(1));
        REQUIRE(accountant.assign({0}));
    }
    // Gives the accountant that many new shares in one batch.
    Accountant::Written take(int count, Duration at) {
        std::vector<ShareRecord> records;
        for (int i = 0; i < count; ++i) {
            const auto offset = next++;
            records.push_back({0, offset, unix,
                               test::a_bare_share(1, static_cast<std::uint64_t>(offset) + 1, 1)});
        }
        return accountant.take(std::move(records), jobs, {unix, SteadyTime(at)}).value();
    }

    static constexpr auto unix = from_unix_ms(1'700'000'000'000);
    CountingStore store;
    NoArchive archive;
    Accountant accountant;
    JobShelf jobs;
    std::int64_t next = 0;
};
using Commits = std::vector<std::size_t>;

}  // namespace

TEST_CASE("small batches are written at once") {
    Behind behind;
    CHECK(behind.take(9, Duration::zero()).counted == 9);
    CHECK_FALSE(behind.accountant.waiting());
    CHECK(behind.store.commits == Commits{9});
}

TEST_CASE("large batches are written together, up to a size, a time and the first small one") {
    Behind behind;
    CHECK(behind.take(10, Duration::zero()).next.empty());
    CHECK(behind.accountant.waiting());
    CHECK(behind.take(10, Duration::zero()).counted == 0);
    CHECK(behind.take(10, Duration::zero()).counted == 30);
    CHECK_FALSE(behind.accountant.waiting());
    CHECK(behind.take(10, Duration::zero()).counted == 0);
    CHECK(behind.take(10, Grouping{}.time).counted == 20);
    CHECK(behind.take(10, Grouping{}.time).counted == 0);
    CHECK(behind.take(1, Grouping{}.time).counted == 11);
    CHECK(behind.store.commits == Commits{30, 20, 11});
}

TEST_CASE("large shares are fewer, so that they are still one frame") {
    Behind behind(11 * test::a_bare_share(1, 1, 1)->ByteSizeLong());
    CHECK(behind.take(10, Duration::zero()).counted == 0);
    CHECK(behind.take(10, Duration::zero()).counted == 20);
    CHECK(behind.store.commits == Commits{20});
}

TEST_CASE("what waits is written when it is asked for and forgotten with the partitions") {
    Behind behind;
    CHECK(behind.take(10, Duration::zero()).counted == 0);
    const auto written = behind.accountant.flush({Behind::unix, SteadyTime{}}).value();
    CHECK(written.counted == 10);
    CHECK(written.next == std::map<std::uint32_t, std::int64_t>{{0, 10}});
    CHECK(behind.take(10, Duration::zero()).counted == 0);
    behind.accountant.drop();
    CHECK_FALSE(behind.accountant.waiting());
    CHECK(behind.accountant.flush({Behind::unix, SteadyTime{}}).value().counted == 0);
    CHECK(behind.store.commits == Commits{10});
}
