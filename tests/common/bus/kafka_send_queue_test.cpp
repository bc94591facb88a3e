// Order and limits of what brokers have not acknowledged.
#include "common/bus/kafka_send_queue.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <random>

#include "common/bus/limits.hpp"

using namespace lode;
using namespace lode::bus;

namespace {

// Records that note what they are told: their number when durable, minus it when failed.
class Told {
  public:
    std::uint64_t take(KafkaSendQueue& queue, std::uint32_t partition, std::size_t bytes = 1) {
        const auto number = queue.next_number();
        queue.take({partition, bytes, {}, [this, number](Result<Position> place) {
                        const auto signed_number = static_cast<std::int64_t>(number);
                        list.push_back(place ? signed_number : -signed_number);
                    }});
        return number;
    }
    void tell(KafkaSendQueue& queue) {
        for (auto& [delivered, outcome] : queue.take_outcomes()) delivered(std::move(outcome));
    }
    std::vector<std::int64_t> list;
};

}  // namespace

TEST_CASE("reports in any order are told in the order of sending within a partition") {
    for (unsigned seed = 0; seed < 50; ++seed) {
        std::mt19937 random(seed);
        KafkaSendQueue queue;
        Told told;
        std::vector<std::pair<std::uint64_t, std::uint32_t>> sent;
        for (int i = 0; i < 100; ++i) {
            const auto partition = static_cast<std::uint32_t>(random() % 3);
            sent.emplace_back(told.take(queue, partition), partition);
        }
        std::shuffle(sent.begin(), sent.end(), random);
        for (const auto& [number, partition] : sent) {
            CHECK(queue.succeeded(number, {partition, static_cast<std::int64_t>(number)}, {}));
            told.tell(queue);
        }
        CHECK(queue.size() == 0);
        CHECK(told.list.size() == 100);
        for (std::uint32_t p = 0; p < 3; ++p) {
            std::vector<std::int64_t> of_partition;
            for (const auto number : told.list) {
                const auto one = std::ranges::find(sent, static_cast<std::uint64_t>(number),
                                                   &std::pair<std::uint64_t, std::uint32_t>::first);
                if (one->second == p) of_partition.push_back(number);
            }
            CHECK(std::ranges::is_sorted(of_partition));
        }
    }
}

TEST_CASE("after a failure all fail in the order of sending, and nothing is admitted until told") {
    KafkaSendQueue queue;
    Told told;
    const auto first = told.take(queue, 0);
    told.take(queue, 1);
    const auto third = told.take(queue, 0);
    told.take(queue, 1);
    CHECK(queue.succeeded(first, {0, 0}, {}));
    // Reported ahead of nothing: it stands first in its partition now.
    CHECK(queue.succeeded(third, {0, 1}, {}));
    queue.fail({ErrorCode::unavailable, "away"});
    const auto refused = queue.admits(1);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::unavailable);
    told.tell(queue);
    CHECK(told.list == std::vector<std::int64_t>{1, 3, -2, -4});
    queue.told();
    CHECK(queue.admits(1));
    // A report of the handle that was given up means nothing any more.
    CHECK_FALSE(queue.succeeded(2, {1, 0}, {}));
}

TEST_CASE("a success behind a record that is not acknowledged fails with it") {
    KafkaSendQueue queue;
    Told told;
    told.take(queue, 0);
    const auto second = told.take(queue, 0);
    CHECK(queue.succeeded(second, {0, 1}, {}));
    queue.fail({ErrorCode::unavailable, "away"});
    told.tell(queue);
    CHECK(told.list == std::vector<std::int64_t>{-1, -2});
}

TEST_CASE("the queue is bounded by records and by bytes, and says so") {
    KafkaSendQueue queue;
    Told told;
    for (std::size_t i = 0; i < queue_records_max; ++i) {
        REQUIRE(queue.admits(1));
        told.take(queue, 0);
    }
    CHECK(queue.admits(1).error().code == ErrorCode::exhausted);
    CHECK(queue.succeeded(1, {0, 0}, {}));
    CHECK(queue.admits(1));

    KafkaSendQueue large;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(large.admits(record_bytes_max));
        told.take(large, 0, record_bytes_max);
    }
    CHECK(large.admits(record_bytes_max).error().code == ErrorCode::exhausted);
    CHECK(large.admits(1));
    large.close();
    CHECK(large.admits(1).error().code == ErrorCode::unavailable);
}
