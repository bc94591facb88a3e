// Questions about a topic's offsets, answered by the brokers; they block, in bounded time.
#pragma once

#include "common/bus/kafka_client.hpp"
#include "common/bus/kafka_progress.hpp"

namespace lode::bus {

class KafkaOffsets {
  public:
    // `handle` is a consumer's and outlives this.
    KafkaOffsets(rd_kafka_t* handle, std::string topic)
        : handle_(handle), topic_(std::move(topic)) {}

    // All fail with unavailable when a broker does not answer in time.
    [[nodiscard]] Result<KafkaBounds> bounds(std::uint32_t partition) const;
    [[nodiscard]] Result<Offsets> ends(const Offsets& partitions) const;
    // What a start with these options must know, for each partition.
    [[nodiscard]] Result<std::vector<KafkaPartitionFacts>> facts(
        const ConsumerOptions& options, const std::vector<std::uint32_t>& partitions) const;
    // start_of() each partition, with a line in the log where records are gone.
    [[nodiscard]] Result<Offsets> starts(const ConsumerOptions& options,
                                         const std::vector<std::uint32_t>& partitions) const;
    // By partition, the end as of the last fetch; asks nobody.
    [[nodiscard]] Offsets known_ends(const Offsets& partitions) const;

    // Those partitions with the offsets in librdkafka's form.
    [[nodiscard]] KafkaPartitions list(const Offsets& offsets) const;

  private:
    [[nodiscard]] Result<void> add_committed(std::vector<KafkaPartitionFacts>& facts) const;
    [[nodiscard]] Result<void> add_since(std::vector<KafkaPartitionFacts>& facts,
                                         UnixTime since) const;

    rd_kafka_t* const handle_;
    const std::string topic_;
};

}  // namespace lode::bus
