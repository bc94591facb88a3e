// One group of a partition is under way at a time, and what waits meanwhile goes together.
#include "common/bus/kafka_groups.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace lode;
using namespace lode::bus;
using std::chrono::milliseconds;

namespace {

constexpr auto linger = milliseconds(4);
constexpr SteadyTime start{std::chrono::hours(1)};

KafkaRecord a_record(std::uint64_t number, SteadyTime sent, std::uint32_t partition = 0) {
    return {.partition = partition,
            .number = number,
            .sent = sent,
            .key = "k",
            .payload = nullptr,
            .size = 99};
}

std::vector<std::uint64_t> numbers(const std::vector<KafkaRecord>& records) {
    std::vector<std::uint64_t> numbers;
    for (const auto& record : records) numbers.push_back(record.number);
    return numbers;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("the first record of a group waits for others") {
    KafkaGroups groups(linger);
    CHECK_FALSE(groups.next_due());
    CHECK(groups.add(a_record(1, start)));
    CHECK_FALSE(groups.add(a_record(2, start + milliseconds(3))));
    CHECK(groups.next_due() == start + linger);
    CHECK(groups.take(start + milliseconds(3)).empty());
    CHECK(numbers(groups.take(start + linger)) == Numbers{1, 2});
    CHECK_FALSE(groups.next_due());
}

TEST_CASE("what comes while a group is under way goes as soon as all of it is reported") {
    KafkaGroups groups(linger);
    (void)groups.add(a_record(1, start));
    (void)groups.add(a_record(2, start));
    CHECK(groups.take(start + linger).size() == 2);
    CHECK_FALSE(groups.add(a_record(3, start + linger)));
    groups.reported(0);
    CHECK_FALSE(groups.next_due());
    CHECK(groups.take(start + milliseconds(100)).empty());
    groups.reported(0);
    CHECK(groups.next_due() == start + 2 * linger);
    CHECK(numbers(groups.take(start + milliseconds(100))) == Numbers{3});
}

TEST_CASE("partitions do not wait for one another") {
    KafkaGroups groups(linger);
    (void)groups.add(a_record(1, start, 0));
    CHECK(groups.take(start + linger).size() == 1);
    CHECK(groups.add(a_record(2, start + linger, 7)));
    CHECK(numbers(groups.take(start + 2 * linger)) == Numbers{2});
}

TEST_CASE("a group is bounded by records and by bytes, and a larger record goes alone") {
    KafkaGroups groups(Duration::zero());
    const std::size_t count = KafkaGroups::group_records_max + 1;
    for (std::uint64_t number = 1; number <= count; ++number) {
        (void)groups.add(a_record(number, start));
    }
    CHECK(groups.take(start).size() == KafkaGroups::group_records_max);
    for (std::size_t i = 0; i < KafkaGroups::group_records_max; ++i) groups.reported(0);
    CHECK(numbers(groups.take(start)) == Numbers{count});

    KafkaGroups large(Duration::zero());
    for (const std::uint64_t number : {1U, 2U, 3U}) {
        KafkaRecord record = a_record(number, start);
        record.size = number == 1 ? 2 * KafkaGroups::group_bytes_max : 99;
        (void)large.add(std::move(record));
    }
    CHECK(numbers(large.take(start)) == Numbers{1});
    large.reported(0);
    CHECK(numbers(large.take(start)) == Numbers{2, 3});
}

TEST_CASE("in a hurry no record waits for others, and after clear nothing is left") {
    KafkaGroups groups(linger);
    (void)groups.add(a_record(1, start));
    groups.hurry();
    CHECK(groups.next_due() == start);
    CHECK(groups.take(start).size() == 1);
    (void)groups.add(a_record(2, start));
    groups.clear();
    CHECK_FALSE(groups.next_due());
    CHECK(groups.add(a_record(3, start)));
    CHECK(numbers(groups.take(start)) == Numbers{3});
}

TEST_CASE("records of a partition leave once each and in order, whatever the times") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        KafkaGroups groups(linger);
        std::map<std::uint32_t, std::size_t> under_way;
        std::map<std::uint32_t, Numbers> left;
        SteadyTime now = start;
        std::uint64_t sent = 0;
        std::size_t gone = 0;
        while (gone < 300) {
            now += std::chrono::microseconds(random() % 3'000);
            if (sent < 300)
                (void)groups.add(a_record(++sent, now, static_cast<std::uint32_t>(random() % 3)));
            for (auto& [partition, count] : under_way) {
                for (; count > 0 && random() % 2 == 0; --count) groups.reported(partition);
            }
            for (const auto& record : groups.take(now)) {
                left[record.partition].push_back(record.number);
                ++under_way[record.partition];
                ++gone;
            }
        }
        std::size_t total = 0;
        for (const auto& [partition, list] : left) {
            CHECK(std::is_sorted(list.begin(), list.end()));
            total += list.size();
        }
        CHECK(total == 300);
    }
}
