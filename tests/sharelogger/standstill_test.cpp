// A partition that stands still is told once, and goes on when what it waits for is there.
#include "sharelogger/standstill.hpp"

#include "sharelogger/share_repository.hpp"
#include "tests/sharelogger/builders.hpp"
#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);
constexpr std::uint32_t partition = 2;
constexpr StreamId stream(7);
constexpr JobId job(99);

// Partition 2 has counted sequence 1 of the stream, and stands at offset 1.
struct Standing {
    test::SharedDatabase database;
    ShareRepository shares{database.connection, "btc"};
    GapRepository gaps{database.connection, "btc"};
    metrics::Registry registry;
    Probe probe{registry};
    JobShelf jobs;
    Standstill standstill{probe, "sharelogger-1"};

    Standing() {
        const RoundCuts cuts;
        PartitionAccount account(shares.load(partition).value(), 210'000, cuts);
        const auto message = test::a_bare_share(stream.value(), 1, 1);
        REQUIRE(account.add({partition, 0, noon, message}, parse_share(*message, noon).value()) ==
                Verdict::counted);
        REQUIRE(shares.commit({account.take_batch()}, noon));
    }
    void stands(const Stop& stop) { REQUIRE(standstill.note({{partition, stop}}, gaps, noon)); }
    [[nodiscard]] std::optional<std::uint32_t> can_go_on() {
        return standstill.can_go_on(gaps, jobs).value();
    }
    [[nodiscard]] std::size_t rows_written() {
        return database.connection.query("SELECT id FROM audit_log").value().size();
    }
};

Stop stop_of(Stop::Cause cause) {
    return {.cause = cause,
            .offset = 1,
            .stream = stream,
            .first_missing = Sequence(2),
            .last_missing = Sequence(4),
            .job = job,
            .reason = "why"};
}

}  // namespace

TEST_CASE("a gap that stops a partition is written down and ends once it is accepted",
          "[database]") {
    Standing pool;
    pool.stands(stop_of(Stop::Cause::gap));
    pool.stands(stop_of(Stop::Cause::gap));
    CHECK(pool.rows_written() == 1);
    CHECK(pool.probe.stopped.value() == 1);
    CHECK(pool.standstill.reason() == "partition 2: why");
    CHECK_FALSE(pool.can_go_on());
    const Gap gap{stream, Sequence(2), Sequence(4)};
    REQUIRE(pool.gaps.accept(gap, {"anna@pool", "disk lost", noon}));
    CHECK(pool.can_go_on() == partition);
}

TEST_CASE("a partition goes on once the job it waits for is on the shelf", "[database]") {
    Standing pool;
    pool.stands(stop_of(Stop::Cause::job));
    CHECK_FALSE(pool.can_go_on());
    pool.jobs.add(job);
    CHECK(pool.can_go_on() == partition);
    CHECK(pool.rows_written() == 0);
}

TEST_CASE("a malformed share stops its partition until a person acts", "[database]") {
    Standing pool;
    pool.stands(stop_of(Stop::Cause::malformed));
    pool.jobs.add(job);
    CHECK_FALSE(pool.can_go_on());
    CHECK(pool.standstill.reason() == "partition 2: why");
}

TEST_CASE("partitions that are no longer ours are forgotten", "[database]") {
    Standing pool;
    pool.stands(stop_of(Stop::Cause::job));
    pool.standstill.past_end(3, "lost records");
    CHECK(pool.standstill.reason() == "lost records");
    pool.standstill.clear();
    pool.jobs.add(job);
    CHECK(pool.standstill.reason().empty());
    CHECK(pool.probe.stopped.value() == 0);
    CHECK_FALSE(pool.can_go_on());
}

TEST_CASE("a record from past the end shows that the bus goes on with its partition",
          "[database]") {
    Standing pool;
    pool.standstill.past_end(3, "lost records");
    pool.standstill.record_came(3);
    CHECK(pool.standstill.reason().empty());
}
