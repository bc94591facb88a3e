// Ties topics, producers and consumers to one set of brokers.
#include "common/bus/kafka_bus.hpp"

#include <algorithm>

#include "common/bus/kafka_consumer.hpp"
#include "common/bus/kafka_producer.hpp"
#include "common/bus/kafka_topics.hpp"
#include "common/bus/topic_name.hpp"

namespace lode::bus {
namespace {

class KafkaBus final : public Bus {
  public:
    KafkaBus(std::shared_ptr<KafkaShared> shared, std::unique_ptr<KafkaTopics> topics)
        : shared_(std::move(shared)), topics_(std::move(topics)) {
        topics_->watch();
    }

    ~KafkaBus() override {
        for (const auto& part : parts_) part->close();
        for (const auto& part : parts_) part->join();
    }

    Result<std::unique_ptr<RawProducer>> raw_producer(const TopicName& topic,
                                                      Executor& executor) override {
        LODE_TRY(auto name, ensure(topic));
        LODE_TRY(auto opened,
                 open_kafka_producer({shared_, std::move(name), topic.spec, executor}));
        keep(std::move(opened.part));
        return std::move(opened.producer);
    }

    Result<std::unique_ptr<RawConsumer>> raw_consumer(const TopicName& topic,
                                                      ConsumerOptions options, Executor& executor,
                                                      const google::protobuf::MessageLite& empty,
                                                      RawHandler handler) override {
        LODE_TRY(auto name, ensure(topic));
        KafkaConsumerParts parts{
            shared_, topics_->handle(), std::move(name), topic.spec.partitions, executor, empty};
        LODE_TRY(auto opened,
                 open_kafka_consumer(std::move(parts), std::move(options), std::move(handler)));
        keep(std::move(opened.part));
        return std::move(opened.consumer);
    }

    // Another number is an error, as soon as it is known.
    Result<std::uint32_t> partitions(const TopicName& topic) override {
        LODE_TRY_VOID(ensure(topic));
        return topic.spec.partitions;
    }

    [[nodiscard]] const metrics::Registry& metrics() const override { return shared_->registry; }

  private:
    [[nodiscard]] Result<std::string> ensure(const TopicName& topic) {
        LODE_TRY(auto name, full_name(topic));
        const std::lock_guard lock(mutex_);
        if (there_.contains(name)) return name;
        const auto state = topics_->ensure(name, topic.spec);
        if (state) {
            there_.insert(name);
        } else if (state.error().code != ErrorCode::unavailable) {
            return failure(state.error().code, state.error().context);
        }
        return name;
    }

    void keep(std::shared_ptr<KafkaPart> part) {
        const std::lock_guard lock(mutex_);
        std::erase_if(parts_, [](const auto& one) {
            const bool ended = one->ended();
            if (ended) one->join();
            return ended;
        });
        parts_.push_back(std::move(part));
    }

    const std::shared_ptr<KafkaShared> shared_;
    const std::unique_ptr<KafkaTopics> topics_;
    std::mutex mutex_;
    std::set<std::string> there_;
    std::vector<std::shared_ptr<KafkaPart>> parts_;
};

}  // namespace

Result<std::unique_ptr<Bus>> open_kafka_bus(const BusOptions& options) {
    auto shared = std::make_shared<KafkaShared>(options.config);
    LODE_TRY(auto topics, KafkaTopics::open(shared));
    for (const TopicName& topic : topics_of(options.chains)) {
        LODE_TRY(const auto name, full_name(topic));
        const auto state = topics->ensure(name, topic.spec);
        if (!state && state.error().code != ErrorCode::unavailable) {
            return failure(state.error().code, state.error().context);
        }
    }
    return std::unique_ptr<Bus>(std::make_unique<KafkaBus>(shared, std::move(topics)));
}

Result<std::vector<TopicReport>> create_kafka_topics(const BusOptions& options) {
    LODE_TRY(const auto topics, KafkaTopics::open(std::make_shared<KafkaShared>(options.config)));
    std::vector<TopicReport> reports;
    for (const TopicName& topic : topics_of(options.chains)) {
        LODE_TRY(const auto name, full_name(topic));
        LODE_TRY(const auto state, topics->ensure(name, topic.spec));
        LODE_TRY(const auto kept, topics->retention(name));
        reports.push_back({name, state.partitions, state.replication, kept, state.created});
    }
    return reports;
}

}  // namespace lode::bus
