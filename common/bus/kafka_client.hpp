// librdkafka's handles as the bus's parts hold them: made from properties, closed by their
// destructor, calling back into one object. What the parts of one Kafka bus share stands here too.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include "common/base/clock.hpp"
#include "common/bus/kafka_settings.hpp"
#include "common/metrics/metrics.hpp"

namespace lode::bus {

template <auto function>
struct Deleter {
    template <class T>
    void operator()(T* object) const {
        function(object);
    }
};
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using KafkaTopicHandle = std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>>;
using KafkaPartitions = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                        Deleter<rd_kafka_topic_partition_list_destroy>>;
using KafkaMessage = std::unique_ptr<rd_kafka_message_t, Deleter<rd_kafka_message_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, Deleter<rd_kafka_error_destroy>>;
// A consumer says its good-byes itself, in bounded time.
inline void destroy_handle(rd_kafka_t* handle) {
    rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
using KafkaHandle = std::unique_ptr<rd_kafka_t, Deleter<destroy_handle>>;

// Lets a line through once a minute for each key: librdkafka repeats itself at every attempt.
class Repeats {
  public:
    [[nodiscard]] bool tell(const std::string& key, SteadyTime now);

  private:
    std::map<std::string, SteadyTime> told_;
};

// Shared by the parts of one bus; thread-safe, outlives every handle.
struct KafkaShared {
    explicit KafkaShared(config::BusConfig bus_config) : config(std::move(bus_config)) {}

    // One line of librdkafka's, from any of its threads; `level` is syslog's.
    void log(int level, const std::string& facility, const std::string& text);
    // What a handle heard: why brokers do not answer, for who tells it. That they refuse us is
    // told at once; true then.
    bool heard(rd_kafka_resp_err_t code, const std::string& text);
    [[nodiscard]] std::string last_error() const;
    // Brokers were last heard to refuse us, which has been told.
    [[nodiscard]] bool refused() const;

    const config::BusConfig config;
    const Clock& clock = system_clock();
    metrics::Registry registry{"bus"};
    std::atomic<bool> connected = false;
    // All brokers were down for some handle: whoever watches looks again.
    std::atomic<bool> all_down = false;

  private:
    mutable std::mutex mutex_;
    Repeats repeats_;
    std::string last_error_;
    bool refused_ = false;
};

// What a handle calls into. All come on the thread that polls the handle.
class KafkaEvents {
  public:
    explicit KafkaEvents(std::shared_ptr<KafkaShared> shared) : shared_(std::move(shared)) {}
    virtual ~KafkaEvents() = default;
    KafkaEvents(const KafkaEvents&) = delete;
    KafkaEvents& operator=(const KafkaEvents&) = delete;

    virtual void delivered(const rd_kafka_message_t&) {}
    virtual void rebalanced(rd_kafka_resp_err_t, const rd_kafka_topic_partition_list_t&) {}
    virtual void fatal(const std::string&) {}

    [[nodiscard]] KafkaShared& shared() const { return *shared_; }

  protected:
    const std::shared_ptr<KafkaShared> shared_;
};

// A handle with the connection's properties and these; `events` outlives it. Malformed when
// librdkafka refuses a property, a certificate that cannot be read for instance.
[[nodiscard]] Result<KafkaHandle> make_handle(rd_kafka_type_t type, const Properties& properties,
                                              KafkaEvents& events);

// A part of the bus with a thread of its own, which lives on when its user has dropped it until
// what is under way has ended.
class KafkaPart {
  public:
    virtual ~KafkaPart() = default;
    // Begins to end; any thread.
    virtual void close() = 0;
    [[nodiscard]] virtual bool ended() const = 0;
    // Waits for the end, which is bounded.
    virtual void join() = 0;
};

}  // namespace lode::bus
