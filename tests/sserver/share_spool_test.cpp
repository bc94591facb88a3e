// The spool's thread on a real disk: what is on disk when it says so, and after a failure.
#include "sserver/share_spool.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/share_model.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

constexpr StreamId stream(7);

struct Spool final : ShareSpoolHandler {
    explicit Spool(std::filesystem::path at) : folder(std::move(at)) { open(); }

    void open() {
        spool = std::make_unique<ShareSpool>(ShareSpoolFiles(folder, stream, 3), budget, executor,
                                             *this);
    }
    void append(std::uint64_t first, std::uint64_t end) {
        for (; first < end; ++first) {
            auto share = a_share(first);
            share->set_stream(stream.value());
            share->set_sequence(first);
            spool->append(share);
        }
    }
    Result<void> keep_jobs(std::span<const SharePtr> shares) override {
        if (jobs_refused) return failure(ErrorCode::exhausted, "no room for jobs");
        kept = shares.back()->sequence();
        return success();
    }
    void spooled(Sequence end) override { synced = end.value(); }
    void spool_failed(const Error& error) override { problems.push_back(error); }
    void read_back(const std::vector<SharePtr>& shares) override {
        for (const SharePtr& share : shares) read.push_back(share->sequence());
    }
    void read_failed() override { ++unread; }

    // The last sequence that a new process finds.
    [[nodiscard]] std::uint64_t found() const {
        const std::atomic<bool> going_on{false};
        const auto files = ShareSpoolFiles::recover(folder, stream, going_on);
        REQUIRE(files);
        return files.value().left() ? files.value().left()->end.value() - 1 : 0;
    }

    std::filesystem::path folder;
    SpoolBudget budget{.max = 1'000};
    WaitingScheduler executor;
    std::uint64_t synced = 0;
    std::vector<Error> problems;
    std::vector<std::uint64_t> read;
    int unread = 0;
    std::atomic<bool> jobs_refused{false};
    std::atomic<std::uint64_t> kept{0};  // the jobs of the shares up to this one
    std::unique_ptr<ShareSpool> spool;
};

}  // namespace

TEST_CASE("what the spool says is on disk is found by the next process") {
    const TemporaryFolder folder;
    Spool one(folder.path());
    one.append(1, 1'001);
    while (one.synced < 1'001) {
        const std::uint64_t last = one.synced;
        one.executor.run_until([&] { return one.synced > last; });
        CHECK(one.found() + 1 >= one.synced);
    }
    CHECK(one.problems.empty());
}

TEST_CASE("what was handed over before the end is written") {
    const TemporaryFolder folder;
    Spool one(folder.path());
    one.append(1, 2'001);
    one.spool.reset();
    CHECK(one.found() == 2'000);
    CHECK(one.budget.used == 0);
}

TEST_CASE("shares are read back, forgotten, and counted in the budget") {
    const TemporaryFolder folder;
    Spool one(folder.path());
    CHECK_FALSE(one.spool->full());
    one.append(1, 101);
    one.executor.run_until([&] { return one.synced == 101; });
    one.executor.run_until([&] { return one.spool->full(); });
    one.spool->read(Sequence(40), 3);
    one.executor.run_until([&] { return !one.read.empty(); });
    CHECK(one.read == std::vector<std::uint64_t>{40, 41, 42});
    one.spool->read(Sequence(200), 1);
    one.executor.run_until([&] { return one.unread == 1; });
    one.spool->forget(Sequence(101));
    one.executor.run_until([&] { return !one.spool->full(); });
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("shares that the bus has meanwhile need not be written, and the next begin anew") {
    const TemporaryFolder folder;
    Spool one(folder.path());
    one.append(1, 50);
    one.spool->forget(Sequence(50));
    one.append(50, 60);
    one.executor.run_until([&] { return one.synced == 60; });
    CHECK(one.found() == 59);
}

TEST_CASE("after a failed write nothing is written until it was heard of, then all again") {
    const TemporaryFolder folder;
    const auto hidden = folder.path().string() + "-hidden";
    Spool one(folder.path());
    std::filesystem::rename(folder.path(), hidden);
    one.append(1, 2);
    // The failure is posted before these come, or fails them with it; nobody has heard of it.
    one.executor.run_until([&] { return !one.problems.empty(); });
    std::filesystem::rename(hidden, folder.path());
    CHECK(one.synced == 0);
    one.append(1, 4);
    one.executor.run_until([&] { return one.synced == 4; });
    CHECK(one.problems.size() == 1);
    CHECK(one.found() == 3);
}

TEST_CASE("no share is written whose job cannot be kept") {
    const TemporaryFolder folder;
    Spool one(folder.path());
    one.jobs_refused = true;
    one.append(1, 4);
    one.executor.run_until([&] { return !one.problems.empty(); });
    CHECK(one.found() == 0);
    one.jobs_refused = false;
    one.append(1, 4);
    one.executor.run_until([&] { return one.synced == 4; });
    CHECK(one.kept == 3);
    CHECK(one.found() == 3);
}
