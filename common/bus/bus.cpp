// Which form of the bus a URL names.
#include "common/bus/bus.hpp"

#include "common/bus/embedded_bus.hpp"

namespace lode::bus {

Result<std::unique_ptr<Bus>> open_bus(const BusOptions& options) {
    if (options.url == "embedded:") return open_embedded_bus(options.folder);
    if (options.url.starts_with("kafka://")) {
        return failure(
            ErrorCode::malformed,
            "bus url " + options.url + ": Kafka is not in this build; allowed is \"embedded:\"");
    }
    return failure(ErrorCode::malformed, "bus url " + options.url + ": allowed is \"embedded:\"");
}

}  // namespace lode::bus
