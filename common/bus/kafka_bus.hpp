// The Kafka form of the bus: topics on brokers, for many processes.
#pragma once

#include "common/bus/bus.hpp"

namespace lode::bus {

// Errors: malformed when a topic there has another number of partitions or a setting is refused;
// rejected when brokers refuse to make a topic. Brokers that are away are waited for in the
// background.
[[nodiscard]] Result<std::unique_ptr<Bus>> open_kafka_bus(const BusOptions& options);

// As create_topics() of bus.hpp.
[[nodiscard]] Result<std::vector<TopicReport>> create_kafka_topics(const BusOptions& options);

}  // namespace lode::bus
