// A consumer of the embedded bus: hands records to its handler one batch at a time, from memory
// when it keeps up, from the file when it is behind.
#pragma once

#include "common/bus/embedded_topic.hpp"

namespace lode::bus {

// What a consumer reads from and with; all outlive it.
struct ConsumerParts {
    std::shared_ptr<EmbeddedTopic> topic;
    std::shared_ptr<ReaderThread> reading;
    Executor& executor;
    const google::protobuf::MessageLite& empty;
};

[[nodiscard]] Result<std::unique_ptr<RawConsumer>> open_consumer(ConsumerParts parts,
                                                                 ConsumerOptions options,
                                                                 RawHandler handler);

}  // namespace lode::bus
