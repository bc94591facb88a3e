// The face of a reader.
#include "common/bus/kafka_consumer.hpp"

#include <algorithm>

#include "common/bus/kafka_reader.hpp"

namespace lode::bus {
namespace {

class KafkaConsumer final : public RawConsumer {
  public:
    explicit KafkaConsumer(std::shared_ptr<KafkaReader> reader) : reader_(std::move(reader)) {}
    ~KafkaConsumer() override { reader_->leave(); }

    Result<void> commit(Position next) override { return reader_->commit(next); }
    void when_caught_up(Task done) override { reader_->when_caught_up(std::move(done)); }

  private:
    const std::shared_ptr<KafkaReader> reader_;
};

}  // namespace

Result<OpenedKafkaConsumer> open_kafka_consumer(KafkaConsumerParts parts, ConsumerOptions options,
                                                RawHandler handler) {
    if ((options.start == StartAt::committed || options.member) && options.group.empty()) {
        return failure(ErrorCode::malformed,
                       "a member and a consumer that starts at committed need a group");
    }
    options.batch_max = std::max<std::size_t>(options.batch_max, 1);
    auto reader =
        std::make_shared<KafkaReader>(std::move(parts), std::move(options), std::move(handler));
    LODE_TRY_VOID(reader->start());
    return OpenedKafkaConsumer{std::make_unique<KafkaConsumer>(reader), reader};
}

}  // namespace lode::bus
