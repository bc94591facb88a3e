// What the Kafka form asks of librdkafka and of the brokers, as their properties: pure, so that
// every choice can be read and tested without a broker.
#pragma once

#include <utility>

#include "common/bus/bus.hpp"

namespace lode::bus {

// librdkafka's or a topic's names and values, in the order they are set.
using Properties = std::vector<std::pair<std::string, std::string>>;

// "kafka://a:9092,b" is "a:9092,b:9092".
[[nodiscard]] std::string brokers_of(std::string_view url);

// Brokers, TLS, SASL and how a lost broker is found again: for every handle.
[[nodiscard]] Properties connection_properties(const config::BusConfig& config);
// Of a topic's linger, how long records wait before they are handed to librdkafka, which waits for
// the rest.
[[nodiscard]] std::chrono::milliseconds group_linger(const TopicSpec& spec);
[[nodiscard]] Properties producer_properties(const TopicSpec& spec);
[[nodiscard]] Properties consumer_properties(const std::string& group_id);

// The group as Kafka knows it, "lode.btc.share.sharelogger": a group of one topic has nothing to
// do with a group of the same name on another, neither its members nor who may commit.
[[nodiscard]] std::string group_id(std::string_view topic, std::string_view group);

// Copies of each record on `brokers` brokers.
[[nodiscard]] std::uint32_t replication_of(const config::BusConfig& config, std::size_t brokers);
// Settings that a topic is created with.
[[nodiscard]] Properties topic_properties(const TopicSpec& spec, std::uint32_t replication);
// Malformed in one line for an operator when the counts differ.
[[nodiscard]] Result<void> check_partitions(std::string_view topic, std::size_t has,
                                            std::uint32_t wants);

}  // namespace lode::bus
