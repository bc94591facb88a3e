// Spools of earlier runs on a real disk, handed to a bus that stands, fails and stores.
#include "sserver/share_spool_replay.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/gated_bus.hpp"
#include "tests/sserver/share_model.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting_scheduler.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

void leave(const std::filesystem::path& folder, StreamId stream, std::uint32_t partition,
           std::uint64_t count) {
    ShareSpoolFiles files(folder, stream, partition);
    std::vector<SharePtr> shares;
    for (std::uint64_t sequence = 1; sequence <= count; ++sequence) {
        auto share = a_share(sequence);
        share->set_stream(stream.value());
        share->set_sequence(sequence);
        share->set_user(std::string(1'000, 'u'));
        shares.push_back(std::move(share));
    }
    REQUIRE(files.append(shares));
}

struct Run {
    explicit Run(std::filesystem::path folder)
        : replay(ShareSpoolReplay::start({.bus = bus,
                                          .executor = executor,
                                          .budget = budget,
                                          .clock = executor.clock(),
                                          .metrics = registry,
                                          .folder = std::move(folder),
                                          .chain = "regtest"})
                     .value()) {}

    metrics::Registry registry;
    SpoolBudget budget{.max = std::uint64_t{1} << 30};
    WaitingScheduler executor;
    GatedBus bus{nullptr, GatedBus::Gate::shut};
    std::unique_ptr<ShareSpoolReplay> replay;
};

// Counts what the bus has of each stream; there is no gap.
std::map<std::uint64_t, std::uint64_t> counted(const std::vector<GatedBus::Stored>& log) {
    CountingReader reader;
    std::map<std::uint64_t, std::uint64_t> last;
    for (const auto& one : log) {
        reader.read(*one.share);
        last[one.share->stream()] = std::max(last[one.share->stream()], one.share->sequence());
    }
    CHECK_FALSE(reader.gap());
    return last;
}

}  // namespace

TEST_CASE("spools of before go to the bus under their own streams and partitions") {
    const TemporaryFolder folder;
    leave(folder.path(), StreamId(0x10), 4, 12'000);
    leave(folder.path(), StreamId(0x11), 5, 3);
    Run run(folder.path());
    CHECK_FALSE(run.replay->done());
    run.executor.run_until([&] { return run.bus.waiting() > 0; });
    run.replay->tick();
    CHECK(run.replay->backlog() == 12'000);
    run.bus.set(GatedBus::Gate::open);
    run.executor.run_until([&] { return run.replay->done(); });
    CHECK(counted(run.bus.log()) ==
          std::map<std::uint64_t, std::uint64_t>{{0x10, 12'000}, {0x11, 3}});
    for (const auto& one : run.bus.log()) {
        CHECK(one.partition == (one.share->stream() == 0x10 ? 4 : 5));
        CHECK(one.key == std::to_string(one.share->stream()));
    }
    run.replay.reset();
    CHECK(std::filesystem::is_empty(folder.path()));
    CHECK(run.budget.used == 0);
}

TEST_CASE("a bus that fails gets the same shares again in order") {
    const TemporaryFolder folder;
    leave(folder.path(), StreamId(0x10), 4, 2'000);
    Run run(folder.path());
    for (int i = 0; i < 5; ++i) {
        run.executor.run_until([&] {
            run.replay->tick();
            return run.bus.waiting() > 100;
        });
        run.bus.store(30);
        run.bus.fail(20);
    }
    run.bus.set(GatedBus::Gate::open);
    run.executor.run_until([&] {
        run.replay->tick();
        return run.replay->done();
    });
    CHECK(counted(run.bus.log()) == std::map<std::uint64_t, std::uint64_t>{{0x10, 2'000}});
    CHECK(run.bus.log().size() > 2'000);
}

TEST_CASE("stopped on the way, the next run hands over the rest") {
    const TemporaryFolder folder;
    leave(folder.path(), StreamId(0x10), 4, 2'000);
    std::vector<GatedBus::Stored> log;
    {
        Run run(folder.path());
        run.executor.run_until([&] { return run.bus.waiting() > 100; });
        run.bus.store(50);
        log = run.bus.log();
    }
    CHECK(log.size() == 50);
    Run run(folder.path());
    run.bus.set(GatedBus::Gate::open);
    run.executor.run_until([&] { return run.replay->done(); });
    for (const auto& one : run.bus.log()) log.push_back(one);
    CHECK(counted(log) == std::map<std::uint64_t, std::uint64_t>{{0x10, 2'000}});
}

TEST_CASE("a folder without spools has nothing to hand over") {
    const TemporaryFolder folder;
    Run run(folder.path() / "spool");
    CHECK(run.replay->done());
    run.replay->tick();
    CHECK(run.replay->backlog() == 0);
}
