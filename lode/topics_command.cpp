// Asks the brokers and prints a line a topic.
#include "lode/topics_command.hpp"

#include <cstdio>

#include "common/runtime/run.hpp"
#include "lode/configuration.hpp"

namespace lode::launcher {
namespace {

std::string kept_text(std::chrono::milliseconds kept) {
    if (kept.count() < 0) return "for ever";
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(kept);
    if (hours == kept) return std::to_string(hours.count()) + " h";
    return std::to_string(kept.count()) + " ms";
}

}  // namespace

std::string topic_line(const bus::TopicReport& topic) {
    return topic.name + "  partitions " + std::to_string(topic.partitions) + "  replication " +
           std::to_string(topic.replication) + "  kept " + kept_text(topic.kept) +
           (topic.created ? "  created" : "");
}

Result<int> topics_create(const Options& options) {
    LODE_TRY(const auto configuration, load(options.config));
    const config::PoolConfig& pool = configuration.pool;
    LODE_TRY(const auto topics,
             bus::create_topics({.config = pool.bus, .chains = {pool.chain().name}}));
    for (const bus::TopicReport& topic : topics) std::printf("%s\n", topic_line(topic).c_str());
    return runtime::exit_ok;
}

}  // namespace lode::launcher
