// Several partitions: a share waits for its job without holding up other partitions.
#include "sharelogger/accounts.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/messages/share.pb.h"
#include "tests/sharelogger/builders.hpp"

using namespace lode;
using namespace lode::sharelogger;
using namespace std::chrono_literals;

namespace {

constexpr SteadyTime start{};

ShareRecord record_of(std::uint32_t partition, std::int64_t offset, std::uint64_t sequence,
                      std::uint64_t job = 1) {
    return {.partition = partition,
            .offset = offset,
            .appended = from_unix_ms(1'700'000'000'000),
            .message = test::a_bare_share(100 + partition, sequence, job)};
}

Accounts accounts_of(std::uint32_t partitions) {
    Accounts accounts(210'000);
    std::vector<PartitionAccount::State> states;
    for (std::uint32_t p = 0; p < partitions; ++p) states.push_back({p, 0, {}});
    accounts.open(std::move(states));
    return accounts;
}

JobShelf shelf_of(std::initializer_list<std::uint64_t> jobs) {
    JobShelf shelf;
    for (const auto job : jobs) shelf.add(JobId(job));
    return shelf;
}

// By partition, the offset its batch reaches.
std::map<std::uint32_t, std::int64_t> reached(Accounts& accounts) {
    std::map<std::uint32_t, std::int64_t> next;
    for (const auto& batch : accounts.take_batches().batches) next[batch.partition] = batch.next;
    return next;
}

using Reached = std::map<std::uint32_t, std::int64_t>;

}  // namespace

TEST_CASE("shares of partitions that are not ours are passed over") {
    auto accounts = accounts_of(1);
    accounts.add(record_of(1, 0, 1), shelf_of({1}), start);
    CHECK(reached(accounts).empty());
    accounts.add(record_of(0, 0, 1), shelf_of({1}), start);
    accounts.close();
    CHECK(reached(accounts).empty());
    CHECK(accounts.partitions() == 0);
}

TEST_CASE("a share waits for its job, the ones behind it too, other partitions go on") {
    auto accounts = accounts_of(2);
    auto shelf = shelf_of({1});
    accounts.add(record_of(0, 0, 1, 2), shelf, start);
    accounts.add(record_of(0, 1, 2, 1), shelf, start);
    accounts.add(record_of(1, 0, 1, 1), shelf, start);
    CHECK(reached(accounts) == Reached{{1, 1}});
    CHECK(accounts.held() == 2);
    shelf.add(JobId(2));
    accounts.release(shelf, start);
    CHECK(reached(accounts) == Reached{{0, 2}});
    CHECK(accounts.held() == 0);
}

TEST_CASE("a partition whose job does not come stops alone, and says which job") {
    auto accounts = accounts_of(2);
    const auto shelf = shelf_of({1});
    accounts.add(record_of(0, 0, 1, 1), shelf, start);
    accounts.add(record_of(0, 1, 2, 7), shelf, start);
    accounts.give_up(start + Accounts::job_wait_max - 1ms);
    CHECK(accounts.stops().empty());
    accounts.give_up(start + Accounts::job_wait_max);
    const auto stops = accounts.stops();
    REQUIRE(stops.size() == 1);
    CHECK(stops.at(0).cause == Stop::Cause::job);
    CHECK(stops.at(0).job == JobId(7));
    CHECK(stops.at(0).offset == 1);
    CHECK(accounts.held() == 0);
    accounts.add(record_of(1, 0, 1), shelf, start);
    accounts.add(record_of(0, 2, 3), shelf, start);
    CHECK(reached(accounts) == Reached{{0, 1}, {1, 1}});
}

TEST_CASE("more shares than may wait stop the partition they are of") {
    auto accounts = accounts_of(1);
    const auto shelf = shelf_of({1});
    const auto message = record_of(0, 0, 1, 7).message;
    for (std::size_t i = 0; i <= Accounts::held_max; ++i) {
        CHECK(accounts.stops().empty());
        accounts.add({0, static_cast<std::int64_t>(i), {}, message}, shelf, start);
    }
    REQUIRE(accounts.stops().size() == 1);
    CHECK(accounts.stops().at(0).cause == Stop::Cause::job);
    CHECK(accounts.held() == 0);
}

TEST_CASE("a gap behind a share that waited stops the partition and forgets the rest") {
    auto accounts = accounts_of(1);
    auto shelf = shelf_of({1});
    accounts.add(record_of(0, 0, 1, 2), shelf, start);
    accounts.add(record_of(0, 1, 5, 1), shelf, start);
    accounts.add(record_of(0, 2, 6, 1), shelf, start);
    shelf.add(JobId(2));
    accounts.release(shelf, start);
    CHECK(reached(accounts) == Reached{{0, 1}});
    CHECK(accounts.held() == 0);
    const Stop stop = accounts.stops().at(0);
    CHECK(stop.cause == Stop::Cause::gap);
    CHECK(stop.first_missing == Sequence(2));
    CHECK(stop.last_missing == Sequence(4));
    CHECK(stop.stream == StreamId(100));
}

TEST_CASE("a record that is no share stops its partition, what came before is kept") {
    auto accounts = accounts_of(1);
    accounts.add(record_of(0, 0, 1), shelf_of({1}), start);
    accounts.add({0, 1, {}, std::make_shared<v1::Share>()}, shelf_of({1}), start);
    CHECK(reached(accounts) == Reached{{0, 1}});
    CHECK(accounts.stops().at(0).cause == Stop::Cause::malformed);
}

TEST_CASE("repeats move the offset on and are told apart from what is counted") {
    auto accounts = accounts_of(1);
    accounts.add(record_of(0, 0, 1), shelf_of({1}), start);
    accounts.add(record_of(0, 1, 1), shelf_of({1}), start);
    const auto taken = accounts.take_batches();
    REQUIRE(taken.batches.size() == 1);
    CHECK(taken.batches[0].next == 2);
    CHECK(taken.batches[0].messages.size() == 1);
    CHECK(taken.repeated == 1);
}
