// A reader of the Kafka bus: one handle and one thread that fetches, parses and hands over a batch
// at a time, and answers the group when partitions are given and taken. Everything but commit(),
// when_caught_up() and closing happens on the thread; what it calls of its user runs on the
// executor while the thread waits.
#pragma once

#include <thread>

#include "common/bus/kafka_consumer.hpp"
#include "common/bus/kafka_offsets.hpp"
#include "common/bus/kafka_turn.hpp"

namespace lode::bus {

// Brokers that did not answer are asked again.
inline constexpr auto ask_again_after = std::chrono::milliseconds(250);

class KafkaReader final : public KafkaEvents,
                          public KafkaPart,
                          public std::enable_shared_from_this<KafkaReader> {
  public:
    KafkaReader(KafkaConsumerParts parts, ConsumerOptions options, RawHandler handler);
    ~KafkaReader() override;

    [[nodiscard]] Result<void> start();
    [[nodiscard]] Result<void> commit(Position next);
    void when_caught_up(Task done);
    // On the executor's thread: nothing of the user's is called any more.
    void leave();

    void close() override;
    [[nodiscard]] bool ended() const override { return ended_; }
    void join() override;
    void rebalanced(rd_kafka_resp_err_t error,
                    const rd_kafka_topic_partition_list_t& partitions) override;

  private:
    // Where to read, and membership: kafka_reader_start.cpp.
    [[nodiscard]] Result<void> find_start();
    [[nodiscard]] std::vector<std::uint32_t> all_partitions() const;
    void connect();
    void begin();
    [[nodiscard]] Offsets wait_for_starts(const ConsumerOptions& options,
                                          const std::vector<std::uint32_t>& partitions);
    void assign(const Offsets& starts);
    void give(const rd_kafka_topic_partition_list_t& list);
    [[nodiscard]] Offsets member_starts(const std::vector<std::uint32_t>& partitions,
                                        const Offsets& named);
    void take_away();
    void out_of_range(std::uint32_t partition);
    void finish();

    // The loop: kafka_reader.cpp.
    void run();
    void step();
    void fetch();
    [[nodiscard]] std::chrono::milliseconds wait_time() const;
    void take(const rd_kafka_message_t& message);
    void hand_over(std::vector<Task> done);
    void take_questions();
    void answer();
    [[nodiscard]] bool commits_are_due();
    void write_commits();
    void count_lag();
    void on_error(const rd_kafka_message_t& message);
    [[nodiscard]] bool closing();
    // Less when closed meanwhile.
    void pause(Duration time);

    rd_kafka_t* const asking_;
    const std::string topic_;
    const std::uint32_t partitions_;
    const google::protobuf::MessageLite& empty_;
    const ConsumerOptions options_;
    KafkaTurn turn_;
    std::shared_ptr<RawHandler> handler_;  // the executor's
    const bool reads_;                     // false: a member that is handed nothing

    KafkaHandle handle_;
    std::optional<KafkaOffsets> offsets_;
    std::optional<Offsets> starts_;  // the thread's, as all below up to the mutex
    KafkaProgress progress_;
    std::vector<RawRecord> records_;  // to be handed over next
    KafkaMessage held_back_;          // did not fit into them
    std::optional<metrics::Gauge> lag_;
    SteadyTime lag_due_{};
    std::atomic<bool> ended_ = false;

    std::mutex mutex_;  // guards all below
    KafkaQueue wake_;
    Offsets commits_;
    SteadyTime commits_due_{};
    std::vector<Task> asked_;
    bool closing_ = false;

    std::thread thread_;
};

}  // namespace lode::bus
