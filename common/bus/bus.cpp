// Which form of the bus a URL names.
#include "common/bus/bus.hpp"

#include "common/bus/embedded_bus.hpp"
#include "common/bus/kafka_bus.hpp"

namespace lode::bus {

Result<std::unique_ptr<Bus>> open_bus(const BusOptions& options) {
    const std::string& url = options.config.url;
    if (url == "embedded:") return open_embedded_bus(options.folder);
    if (url.starts_with("kafka://")) return open_kafka_bus(options);
    return failure(ErrorCode::malformed,
                   "bus url " + url + ": allowed are \"embedded:\" and \"kafka://…\"");
}

Result<std::vector<TopicReport>> create_topics(const BusOptions& options) {
    if (options.config.url.starts_with("kafka://")) return create_kafka_topics(options);
    return failure(ErrorCode::malformed,
                   "only Kafka has topics to be created, not the bus " + options.config.url);
}

}  // namespace lode::bus
