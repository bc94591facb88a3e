// A producer of the Kafka bus: one idempotent handle, a thread that takes its delivery reports.
#pragma once

#include "common/bus/kafka_client.hpp"

namespace lode::bus {

// What a producer sends to and with; all outlive it but the executor, which it may leave.
struct KafkaProducerParts {
    std::shared_ptr<KafkaShared> shared;
    std::string topic;
    TopicSpec spec;
    Executor& executor;
};

struct OpenedKafkaProducer {
    std::unique_ptr<RawProducer> producer;
    std::shared_ptr<KafkaPart> part;  // the bus's, to end it
};

[[nodiscard]] Result<OpenedKafkaProducer> open_kafka_producer(KafkaProducerParts parts);

// Makes the producer's handle fail for good, as a broker that has lost its state does.
void raise_fatal_error(RawProducer& producer);

}  // namespace lode::bus
