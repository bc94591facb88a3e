// The topics as brokers have them: made when missing, their partitions compared, and a watch that
// does both once brokers can be reached and says whether they can.
#pragma once

#include <set>
#include <thread>

#include "common/bus/kafka_client.hpp"

namespace lode::bus {

// What brokers say of a topic.
struct KafkaTopicState {
    std::string name;
    std::uint32_t partitions = 0;
    std::uint32_t replication = 0;  // the fewest copies that any partition has
    bool created = false;           // just now
};

class KafkaTopics final : public KafkaEvents {
  public:
    [[nodiscard]] static Result<std::unique_ptr<KafkaTopics>> open(
        std::shared_ptr<KafkaShared> shared);
    ~KafkaTopics() override;

    // The topic must be there from now on. Errors: malformed when it has other partitions,
    // rejected when brokers refuse to make it, unavailable when they cannot be reached: then the
    // watch goes on with it. Waits a few seconds at most.
    [[nodiscard]] Result<KafkaTopicState> ensure(const std::string& name, const TopicSpec& spec);
    // Looks from now on whether brokers can be reached, on a thread of its own.
    void watch();
    // For questions about topics, from any thread.
    [[nodiscard]] rd_kafka_t* handle() const { return handle_.get(); }
    // retention.ms as the topic has it.
    [[nodiscard]] Result<std::chrono::milliseconds> retention(const std::string& name);

  private:
    struct Wanted {
        TopicSpec spec;
        KafkaTopicHandle handle;
        bool settled = false;
    };
    // Nothing: the topic is not there.
    using Found = std::optional<KafkaTopicState>;

    explicit KafkaTopics(std::shared_ptr<KafkaShared> shared);
    void run();
    void look();
    [[nodiscard]] Result<KafkaTopicState> settle(const std::string& name, SteadyTime until);
    [[nodiscard]] Result<Found> find(const std::string& name, SteadyTime until);
    [[nodiscard]] Result<void> create(const std::string& name, const TopicSpec& spec);
    void reached();
    void lost();
    void count_copies(const KafkaTopicState& state);
    [[nodiscard]] bool pause(Duration time);

    KafkaHandle handle_;
    metrics::Gauge connected_;
    metrics::Gauge single_copy_;
    metrics::Gauge wrong_;
    bool told_away_ = false;
    std::size_t brokers_ = 0;
    bool warned_of_copies_ = false;

    std::mutex asking_;  // one at a time asks the brokers; guards all above
    std::map<std::string, Wanted> wanted_;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace lode::bus
