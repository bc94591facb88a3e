// Where a reader of the Kafka bus begins and when it has caught up.
#include "common/bus/kafka_progress.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace lode;
using namespace lode::bus;

namespace {

// Offsets 10 to 19.
KafkaPartitionFacts facts() {
    return {0, {10, 20}, {}, {}};
}

ConsumerOptions starting(StartAt start) {
    ConsumerOptions options;
    options.start = start;
    return options;
}

}  // namespace

TEST_CASE("a reader starts where its options say") {
    CHECK(start_of(starting(StartAt::earliest), facts()).value().offset == 10);
    CHECK(start_of(starting(StartAt::latest), facts()).value().offset == 20);
    auto since = facts();
    CHECK(start_of(starting(StartAt::time), since).value().offset == 20);
    since.since = 15;
    CHECK(start_of(starting(StartAt::time), since).value().offset == 15);
    auto committed = facts();
    CHECK(start_of(starting(StartAt::committed), committed).value().offset == 10);
    committed.committed = 17;
    CHECK(start_of(starting(StartAt::committed), committed).value().offset == 17);
    auto options = starting(StartAt::offsets);
    CHECK(start_of(options, facts()).value().offset == 10);
    options.offsets = {{0, 20}};
    CHECK(start_of(options, facts()).value().offset == 20);
    CHECK_FALSE(start_of(options, facts()).value().wanted);
}

TEST_CASE("a start that retention has deleted is said, one past the end is a conflict") {
    auto options = starting(StartAt::offsets);
    options.offsets = {{0, 3}};
    const auto gone = start_of(options, facts()).value();
    CHECK(gone.offset == 10);
    CHECK(gone.wanted == 3);
    options.offsets = {{0, 21}};
    CHECK(start_of(options, facts()).error().code == ErrorCode::conflict);
    auto committed = facts();
    committed.committed = 21;
    CHECK(start_of(starting(StartAt::committed), committed).error().code == ErrorCode::conflict);
}

TEST_CASE("a reader has caught up when it has taken all there was at the time of asking") {
    KafkaProgress progress;
    int told = 0;
    progress.ask([&] { ++told; });
    CHECK_FALSE(progress.wants_ends());  // nothing is assigned yet
    progress.assign({{0, 0}, {1, 5}});
    CHECK(progress.wants_ends());
    progress.ends({{0, 2}, {1, 5}});
    CHECK_FALSE(progress.wants_ends());
    CHECK(progress.lag({{0, 2}, {1, 5}}) == 2);
    CHECK(progress.take({0, 0}));
    CHECK(progress.take_reached().empty());
    CHECK(progress.take({0, 1}));
    for (const Task& done : progress.take_reached()) done();
    CHECK(told == 1);
    CHECK(progress.take_reached().empty());
}

TEST_CASE("records of partitions that are not the reader's, or before its place, are left out") {
    KafkaProgress progress;
    progress.assign({{0, 5}});
    CHECK_FALSE(progress.take({1, 0}));
    CHECK_FALSE(progress.take({0, 4}));
    CHECK(progress.take({0, 5}));
    progress.move({0, 9});
    CHECK_FALSE(progress.take({0, 6}));
    CHECK(progress.take({0, 9}));
    progress.revoke();
    CHECK_FALSE(progress.assigned());
    CHECK_FALSE(progress.take({0, 10}));
}

TEST_CASE("who waits when partitions are taken away is told after those that come next") {
    KafkaProgress progress;
    std::vector<int> told;
    progress.assign({{0, 0}});
    progress.ask([&] { told.push_back(1); });
    progress.ends({{0, 3}});
    progress.ask([&] { told.push_back(2); });
    progress.revoke();
    CHECK(progress.take_reached().empty());
    CHECK_FALSE(progress.wants_ends());
    progress.assign({{1, 7}});
    CHECK(progress.wants_ends());
    progress.ends({{1, 7}});
    for (const Task& done : progress.take_reached()) done();
    CHECK(told == std::vector<int>{1, 2});
}
