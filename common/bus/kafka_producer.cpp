// Sending and its outcomes. The thread hands groups to librdkafka and hears of them. The handle is
// swapped for a fresh one after a failure: what brokers have not acknowledged then fails in order,
// and the old handle never writes again.
#include "common/bus/kafka_producer.hpp"

#include <google/protobuf/message_lite.h>

#include <condition_variable>
#include <thread>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/bus/gate.hpp"
#include "common/bus/kafka_groups.hpp"
#include "common/bus/kafka_send_queue.hpp"
#include "common/bus/limits.hpp"
#include "common/bus/topic_probe.hpp"

namespace lode::bus {
namespace {

using std::chrono::milliseconds;

// Everything wakes the thread; if librdkafka ever forgot to, this is how long it would matter.
constexpr auto look_time = milliseconds(100);
// What was sent is still written for this long after its producer or bus was closed.
constexpr auto flush_time = milliseconds(5'000);
// A handle that cannot be made (no threads, no memory) is tried again.
constexpr auto make_again_after = milliseconds(1'000);

// Wakes a thread, whether it waits yet or not. Any lock may be held.
class Bell {
  public:
    void ring() {
        const std::lock_guard lock(mutex_);
        rung_ = true;
        wake_.notify_one();
    }
    // Until it is rung, at most so long.
    void wait(Duration patience) {
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, patience, [this] { return rung_; });
        rung_ = false;
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    bool rung_ = false;
};

class ProducerCore final : public KafkaEvents,
                           public KafkaPart,
                           public std::enable_shared_from_this<ProducerCore> {
  public:
    explicit ProducerCore(KafkaProducerParts parts)
        : KafkaEvents(std::move(parts.shared)),
          topic_(std::move(parts.topic)),
          spec_(parts.spec),
          gate_(parts.executor),
          probe_(shared_->registry, topic_),
          groups_(group_linger(parts.spec)) {}
    ~ProducerCore() override { LODE_ASSERT(!thread_.joinable()); }

    [[nodiscard]] Result<void> start() {
        LODE_TRY_VOID(make());
        thread_ = std::thread([this] { run(); });
        return success();
    }

    [[nodiscard]] Result<void> send(std::uint32_t partition, const std::string& key,
                                    const google::protobuf::MessageLite& message,
                                    Delivered delivered) {
        const auto size = message.ByteSizeLong();
        const auto bytes = key.size() + size;
        if (bytes > record_bytes_max) {
            return failure(ErrorCode::malformed, topic_ + ": a record of " + std::to_string(bytes) +
                                                     " bytes, at most " +
                                                     std::to_string(record_bytes_max));
        }
        const std::lock_guard lock(mutex_);
        if (const auto admitted = queue_.admits(bytes); !admitted) {
            return failure_in(topic_, admitted.error());
        }
        const auto now = shared_->clock.steady_now();
        const bool sooner = groups_.add(
            {partition, queue_.next_number(), now, key, serialized(message, size), size});
        queue_.take({partition, bytes, now, std::move(delivered)});
        count();
        if (sooner) bell_.ring();
        return success();
    }

    void raise_fatal() {
        const std::lock_guard lock(mutex_);
        if (handle_)
            rd_kafka_test_fatal_error(handle_.get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                                      "raised");
    }

    // Nothing is told any more; what was sent is still written.
    void leave() {
        gate_.close();
        close();
    }

    void close() override {
        const std::lock_guard lock(mutex_);
        if (std::exchange(closing_, true)) return;
        queue_.close();
        bell_.ring();
    }
    [[nodiscard]] bool ended() const override { return ended_; }
    void join() override {
        if (thread_.joinable()) thread_.join();
    }

    void delivered(const rd_kafka_message_t& message) override {
        if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            // Not rd_kafka_message_errstr(): of a record that was sent, it gives the record itself.
            if (failed_.empty()) failed_ = rd_kafka_err2str(message.err);
            return;
        }
        const Position place{static_cast<std::uint32_t>(message.partition), message.offset};
        const auto number = reinterpret_cast<std::uintptr_t>(message._private);
        const std::lock_guard lock(mutex_);
        const auto took = queue_.succeeded(number, place, shared_->clock.steady_now());
        if (!took) return;
        groups_.reported(place.partition);
        probe_.delivery.observe(*took);
    }
    void fatal(const std::string& text) override {
        if (failed_.empty()) failed_ = text;
    }

  private:
    // Under mutex_, or before there is a second thread.
    [[nodiscard]] Result<void> make() {
        LODE_TRY(handle_, make_handle(RD_KAFKA_PRODUCER, producer_properties(spec_), *this));
        wake_.reset(rd_kafka_queue_get_main(handle_.get()));
        rd_kafka_queue_cb_event_enable(
            wake_.get(), [](rd_kafka_t*, void* bell) { static_cast<Bell*>(bell)->ring(); }, &bell_);
        // Asks for the topic's leaders at once rather than at the first record.
        topic_handle_.reset(rd_kafka_topic_new(handle_.get(), topic_.c_str(), nullptr));
        return success();
    }

    [[nodiscard]] static decltype(KafkaRecord::payload) serialized(
        const google::protobuf::MessageLite& message, std::size_t size) {
        decltype(KafkaRecord::payload) payload(std::malloc(std::max<std::size_t>(size, 1)));
        LODE_ASSERT(payload != nullptr);
        LODE_ASSERT(message.SerializeToArray(payload.get(), static_cast<int>(size)));
        return payload;
    }

    // Under mutex_.
    [[nodiscard]] rd_kafka_resp_err_t produce(KafkaRecord record) {
        // Comes back with the report; librdkafka never looks at it.
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        auto* const number = reinterpret_cast<void*>(record.number);
        const auto error =
            rd_kafka_producev(handle_.get(), RD_KAFKA_V_RKT(topic_handle_.get()),
                              RD_KAFKA_V_PARTITION(static_cast<std::int32_t>(record.partition)),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_FREE),
                              RD_KAFKA_V_VALUE(record.payload.get(), record.size),
                              RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
                              RD_KAFKA_V_OPAQUE(number), RD_KAFKA_V_END);
        // librdkafka frees it once the record is written.
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)record.payload.release();
        return error;
    }

    void run() {
        log::set_service("bus");
        while (!closing()) {
            turn();
            if (!failed_.empty()) recover();
            tell();
        }
        finish();
        ended_ = true;
    }

    // Waits for something to do, hears reports and hands over what is due.
    void turn() {
        bell_.wait(patience());
        rd_kafka_poll(handle_.get(), 0);
        const std::lock_guard lock(mutex_);
        for (KafkaRecord& record : groups_.take(shared_->clock.steady_now())) {
            const auto error = produce(std::move(record));
            if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
            if (failed_.empty()) failed_ = rd_kafka_err2str(error);
            return;
        }
    }

    [[nodiscard]] Duration patience() {
        const std::lock_guard lock(mutex_);
        const auto due = groups_.next_due();
        if (!due) return look_time;
        return std::min<Duration>(*due - shared_->clock.steady_now(), look_time);
    }

    [[nodiscard]] bool closing() {
        const std::lock_guard lock(mutex_);
        return closing_;
    }

    // Fails what is not acknowledged and starts afresh. Sends are refused until the producer has
    // been told.
    void recover() {
        log::error("bus write failed", {{"topic", topic_}, {"reason", failed_}});
        KafkaHandle old;
        {
            const std::lock_guard lock(mutex_);
            probe_.failures.increment(queue_.size());
            queue_.fail({ErrorCode::unavailable, topic_ + ": " + failed_});
            groups_.clear();
            old = drop_handle();
        }
        rd_kafka_purge(old.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        old.reset();
        failed_.clear();
        // What fails at once again, such as a topic that is not made yet, fails once a second.
        const auto now = shared_->clock.steady_now();
        if (now < std::exchange(recovered_, now) + 2 * make_again_after && !closing()) {
            std::this_thread::sleep_for(make_again_after);
        }
        while (!closing()) {
            {
                const std::lock_guard lock(mutex_);
                const auto made = make();
                if (made) return;
                log::error("bus cannot write", {{"topic", topic_}, {"reason", made.error()}});
            }
            std::this_thread::sleep_for(make_again_after);
        }
    }

    // Whether anything is not written yet, which from now on waits for nothing.
    [[nodiscard]] bool waits() {
        const std::lock_guard lock(mutex_);
        groups_.hurry();
        return handle_ && queue_.size() > 0;
    }

    [[nodiscard]] KafkaHandle drop_handle() {
        topic_handle_.reset();
        wake_.reset();
        return std::move(handle_);
    }

    void tell() {
        auto outcomes = std::make_shared<std::vector<KafkaSendQueue::Outcome>>();
        {
            const std::lock_guard lock(mutex_);
            *outcomes = queue_.take_outcomes();
            count();
        }
        if (outcomes->empty()) return;
        gate_.post([self = shared_from_this(), outcomes] {
            if (!self->gate_.open()) return;
            bool lifted = false;
            for (auto& [delivered, outcome] : *outcomes) {
                if (!self->gate_.open()) return;
                // Once, before the first failure is told, so that the callbacks can send the same
                // records again, in the same order.
                if (outcome.has_error() && !std::exchange(lifted, true)) self->lift_fence();
                delivered(std::move(outcome));
            }
        });
    }

    // Other producers of the topic count into the same gauge.
    void count() {
        probe_.queued.add(static_cast<double>(queue_.size()) - static_cast<double>(counted_));
        counted_ = queue_.size();
    }

    void lift_fence() {
        const std::lock_guard lock(mutex_);
        queue_.told();
    }

    // The last seconds: what can be written is, the rest fails.
    void finish() {
        const auto until = shared_->clock.steady_now() + flush_time;
        while (failed_.empty() && waits() && shared_->clock.steady_now() < until) turn();
        KafkaHandle old;
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() > 0) {
                log::warn("bus records were not written",
                          {{"topic", topic_}, {"records", queue_.size()}});
                queue_.fail({ErrorCode::unavailable, topic_ + ": the bus is closed"});
                groups_.clear();
            }
            old = drop_handle();
        }
        tell();
        if (old) rd_kafka_purge(old.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    }

    const std::string topic_;
    const TopicSpec spec_;
    Gate gate_;
    TopicProbe probe_;
    std::string failed_;      // the thread's: why the handle must be replaced
    SteadyTime recovered_{};  // the thread's
    std::atomic<bool> ended_ = false;

    Bell bell_;

    std::mutex mutex_;  // guards all below; only the thread replaces the handle
    KafkaSendQueue queue_;
    KafkaGroups groups_;
    std::size_t counted_ = 0;
    KafkaHandle handle_;
    KafkaQueue wake_;
    KafkaTopicHandle topic_handle_;
    bool closing_ = false;

    std::thread thread_;
};

class KafkaProducer final : public RawProducer {
  public:
    KafkaProducer(std::shared_ptr<ProducerCore> core, std::uint32_t partitions)
        : core_(std::move(core)), partitions_(partitions) {}
    ~KafkaProducer() override { core_->leave(); }

    Result<void> send(std::uint32_t partition, std::string key, MessagePtr message,
                      Delivered delivered) override {
        LODE_ASSERT(message != nullptr && delivered);
        LODE_ASSERT(partition < partitions_);
        return core_->send(partition, key, *message, std::move(delivered));
    }
    void raise_fatal() { core_->raise_fatal(); }

  private:
    const std::shared_ptr<ProducerCore> core_;
    const std::uint32_t partitions_;
};

}  // namespace

Result<OpenedKafkaProducer> open_kafka_producer(KafkaProducerParts parts) {
    const auto partitions = parts.spec.partitions;
    auto core = std::make_shared<ProducerCore>(std::move(parts));
    LODE_TRY_VOID(core->start());
    return OpenedKafkaProducer{std::make_unique<KafkaProducer>(core, partitions), core};
}

void raise_fatal_error(RawProducer& producer) {
    dynamic_cast<KafkaProducer&>(producer).raise_fatal();
}

}  // namespace lode::bus
