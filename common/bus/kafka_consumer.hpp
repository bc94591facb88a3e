// A consumer of the Kafka bus: one handle and one thread that fetches, parses and hands over a
// batch at a time, and answers the group when partitions are given and taken.
#pragma once

#include "common/bus/kafka_client.hpp"

namespace lode::bus {

// What a consumer reads from and with; all outlive it but the executor, which it may leave.
struct KafkaConsumerParts {
    std::shared_ptr<KafkaShared> shared;
    rd_kafka_t* asking;  // a handle that fetches nothing, for questions
    std::string topic;
    std::uint32_t partitions;
    Executor& executor;
    const google::protobuf::MessageLite& empty;
};

struct OpenedKafkaConsumer {
    std::unique_ptr<RawConsumer> consumer;
    std::shared_ptr<KafkaPart> part;  // the bus's, to end it
};

// While brokers answer, a reader without membership knows where it starts when this returns, so
// that one from the latest misses nothing that is sent afterwards.
[[nodiscard]] Result<OpenedKafkaConsumer> open_kafka_consumer(KafkaConsumerParts parts,
                                                              ConsumerOptions options,
                                                              RawHandler handler);

}  // namespace lode::bus
