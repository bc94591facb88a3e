// When the records of one producer go to librdkafka: in groups, one under way for each partition.
// Pure: knows neither brokers nor threads.
//
// Left to itself, librdkafka's thread spins on a CPU while an answer is late and records come on: a
// broker that stands still for some milliseconds is then slowed by those who wait for it.
#pragma once

#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"

namespace lode::bus {

// Serialised, in memory that librdkafka frees with free().
struct KafkaRecord {
    struct Free {
        void operator()(void* memory) const { std::free(memory); }
    };
    std::uint32_t partition = 0;
    std::uint64_t number = 0;  // of KafkaSendQueue
    SteadyTime sent;
    std::string key;
    std::unique_ptr<void, Free> payload;
    std::size_t size = 0;  // bytes of the payload
};

class KafkaGroups {
  public:
    // Far below librdkafka's batches (10,000 records, 1 MB), so that a group is one request.
    static constexpr std::size_t group_records_max = 2'500;
    static constexpr std::size_t group_bytes_max = std::size_t{512} << 10;

    // A group's first record waits so long for others.
    explicit KafkaGroups(Duration linger) : linger_(linger) {}

    // Whether next_due() is sooner by it.
    [[nodiscard]] bool add(KafkaRecord record);
    // When the next group may go; none while nothing waits in a partition without one under way.
    [[nodiscard]] std::optional<SteadyTime> next_due() const;
    // The groups whose time has come; a record that is larger than a group goes alone.
    [[nodiscard]] std::vector<KafkaRecord> take(SteadyTime now);
    // Brokers have one record of the group under way.
    void reported(std::uint32_t partition);

    // From now on no record waits for others.
    void hurry() { linger_ = Duration::zero(); }
    // Nothing waits or is under way any more.
    void clear() { partitions_.clear(); }

  private:
    struct Partition {
        std::deque<KafkaRecord> waiting;
        std::size_t under_way = 0;  // records
        [[nodiscard]] bool may_go() const { return under_way == 0 && !waiting.empty(); }
    };

    Duration linger_;
    std::map<std::uint32_t, Partition> partitions_;
};

}  // namespace lode::bus
