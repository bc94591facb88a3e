// `lode topics create`: the bus's topics on Kafka, made and listed.
#pragma once

#include "common/bus/bus.hpp"
#include "lode/options.hpp"

namespace lode::launcher {

// "lode.btc.share  partitions 12  replication 1  kept 48 h  created", without a line's end.
[[nodiscard]] std::string topic_line(const bus::TopicReport& topic);

// Returns the exit code: 0. Errors: malformed when the bus is not Kafka or a topic has another
// number of partitions; what brokers refuse or do not answer is of run time.
[[nodiscard]] Result<int> topics_create(const Options& options);

}  // namespace lode::launcher
