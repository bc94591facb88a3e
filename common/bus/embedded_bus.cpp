// Opens topics when they are first asked for, and makes producers and consumers on them.
#include "common/bus/embedded_bus.hpp"

#include <google/protobuf/message_lite.h>

#include <mutex>

#include "common/base/assert.hpp"
#include "common/bus/embedded_consumer.hpp"
#include "common/bus/embedded_topic.hpp"
#include "common/bus/topic_name.hpp"
#include "common/metrics/metrics.hpp"

namespace lode::bus {
namespace {

class EmbeddedProducer final : public RawProducer {
  public:
    EmbeddedProducer(std::shared_ptr<EmbeddedTopic> topic, Executor& executor)
        : topic_(std::move(topic)), sender_(std::make_shared<Sender>(executor)) {}
    ~EmbeddedProducer() override { sender_->gate.close(); }

    Result<void> send(std::uint32_t partition, std::string key, MessagePtr message,
                      Delivered delivered) override {
        LODE_ASSERT(message != nullptr && delivered);
        LODE_ASSERT(partition < topic_->spec().partitions);
        const auto bytes = key.size() + message->ByteSizeLong();
        return topic_->writer().send({sender_,
                                      partition,
                                      std::move(key),
                                      std::move(message),
                                      bytes,
                                      std::move(delivered),
                                      {}});
    }

  private:
    const std::shared_ptr<EmbeddedTopic> topic_;
    const std::shared_ptr<Sender> sender_;
};

class EmbeddedBus final : public Bus {
  public:
    explicit EmbeddedBus(std::filesystem::path folder) : folder_(std::move(folder)) {}

    ~EmbeddedBus() override {
        reading_->close();
        for (const auto& [name, topic] : topics_) topic->writer().close();
    }

    Result<std::unique_ptr<RawProducer>> raw_producer(const TopicName& topic,
                                                      Executor& executor) override {
        LODE_TRY(auto opened, open(topic));
        return std::unique_ptr<RawProducer>(
            std::make_unique<EmbeddedProducer>(std::move(opened), executor));
    }

    Result<std::unique_ptr<RawConsumer>> raw_consumer(const TopicName& topic,
                                                      ConsumerOptions options, Executor& executor,
                                                      const google::protobuf::MessageLite& empty,
                                                      RawHandler handler) override {
        LODE_TRY(auto opened, open(topic));
        return open_consumer({std::move(opened), reading_, executor, empty}, std::move(options),
                             std::move(handler));
    }

    Result<std::uint32_t> partitions(const TopicName& topic) override {
        return topic.spec.partitions;
    }

    [[nodiscard]] const metrics::Registry& metrics() const override { return metrics_; }

  private:
    Result<std::shared_ptr<EmbeddedTopic>> open(const TopicName& topic) {
        LODE_TRY(const auto name, full_name(topic));
        const std::lock_guard lock(mutex_);
        const auto known = topics_.find(name);
        if (known != topics_.end()) return known->second;
        LODE_TRY(auto opened,
                 EmbeddedTopic::open(folder_ / (name + ".sqlite"), topic.spec, metrics_));
        topics_.emplace(name, opened);
        return opened;
    }

    const std::filesystem::path folder_;
    metrics::Registry metrics_{"bus"};
    const std::shared_ptr<ReaderThread> reading_ = std::make_shared<ReaderThread>(system_clock());
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<EmbeddedTopic>> topics_;
};

}  // namespace

Result<std::unique_ptr<Bus>> open_embedded_bus(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        return failure(ErrorCode::unavailable,
                       folder.string() + ": cannot create: " + error.message());
    }
    return std::unique_ptr<Bus>(std::make_unique<EmbeddedBus>(folder));
}

}  // namespace lode::bus
