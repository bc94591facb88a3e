// Questions about a topic's offsets, answered by the brokers; they block, in bounded time.
#pragma once

#include "common/bus/kafka_client.hpp"
#include "common/bus/kafka_progress.hpp"

namespace lode::bus {

class KafkaOffsets {
  public:
    // `own` is the consumer's handle. `asking` is one that fetches nothing: on a connection that
    // fetches, a question waits until the fetch has been answered. Both outlive this.
    KafkaOffsets(rd_kafka_t* own, rd_kafka_t* asking, std::string topic)
        : own_(own), asking_(asking), topic_(std::move(topic)) {}

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
    // By partition, the first offset at or after the time, in ms since 1970; none where nothing
    // is so new. librdkafka's names for the oldest and the end are times as well.
    [[nodiscard]] Result<Offsets> at_time(const Offsets& partitions, std::int64_t time) const;
    [[nodiscard]] Result<Offsets> committed(const Offsets& partitions) const;
    [[nodiscard]] Result<Offsets> answers(rd_kafka_resp_err_t error,
                                          const rd_kafka_topic_partition_list_t& list) const;

    rd_kafka_t* const own_;
    rd_kafka_t* const asking_;
    const std::string topic_;
};

}  // namespace lode::bus
