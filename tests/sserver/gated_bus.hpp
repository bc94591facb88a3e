// A bus whose share topic does what a test says: it stands, stores, refuses or fails. All else goes
// to the bus behind it, if there is one.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "common/bus/bus.hpp"
#include "common/messages/share.pb.h"
#include "common/metrics/metrics.hpp"
#include "sserver/share_stream.hpp"

namespace lode::test {

class GatedBus final : public bus::Bus {
  public:
    enum class Gate { open, shut, refusing };
    struct Stored {
        std::uint32_t partition;
        std::string key;
        sserver::SharePtr share;
    };

    explicit GatedBus(std::unique_ptr<bus::Bus> behind = nullptr, Gate gate = Gate::open)
        : behind_(std::move(behind)) {
        state_->gate = gate;
    }

    // Open: what waits is stored, and what comes is stored at once.
    void set(Gate gate) {
        const std::lock_guard lock(state_->mutex);
        state_->gate = gate;
        if (gate == Gate::open) state_->store(state_->queue.size());
    }
    void store(std::size_t count) {
        const std::lock_guard lock(state_->mutex);
        state_->store(count);
    }
    // What waits fails; some of it is stored all the same.
    void fail(std::size_t there) {
        const std::lock_guard lock(state_->mutex);
        state_->fail(there);
    }
    // Its producers are gone without a word.
    void lose_producers() {
        const std::lock_guard lock(state_->mutex);
        state_->queue.clear();
    }
    [[nodiscard]] std::size_t waiting() const {
        const std::lock_guard lock(state_->mutex);
        return state_->queue.size();
    }
    [[nodiscard]] std::vector<Stored> log() const {
        const std::lock_guard lock(state_->mutex);
        return state_->log;
    }

    Result<std::unique_ptr<bus::RawProducer>> raw_producer(const bus::TopicName& topic,
                                                           Executor& executor) override {
        if (topic.spec.name != bus::topics::share.spec.name) {
            return behind_->raw_producer(topic, executor);
        }
        return std::unique_ptr<bus::RawProducer>(std::make_unique<Producer>(state_, executor));
    }
    Result<std::unique_ptr<bus::RawConsumer>> raw_consumer(
        const bus::TopicName& topic, bus::ConsumerOptions options, Executor& executor,
        const google::protobuf::MessageLite& empty, bus::RawHandler handler) override {
        return behind_->raw_consumer(topic, std::move(options), executor, empty,
                                     std::move(handler));
    }
    Result<std::uint32_t> partitions(const bus::TopicName& topic) override {
        return topic.spec.partitions;
    }
    [[nodiscard]] const metrics::Registry& metrics() const override { return metrics_; }

  private:
    // A producer as those who tell it know it.
    struct Link {
        Executor& executor;
        std::size_t failures = 0;  // not told yet: sends are refused
    };
    struct Waiting {
        std::weak_ptr<Link> sender;
        Stored record;
        bus::Delivered delivered;
    };
    struct State {
        std::mutex mutex;
        Gate gate = Gate::open;
        std::deque<Waiting> queue;
        std::vector<Stored> log;

        void store(std::size_t count) {
            for (; count > 0 && !queue.empty(); --count) {
                const auto offset = static_cast<std::int64_t>(log.size());
                const bus::Position place{queue.front().record.partition, offset};
                log.push_back(queue.front().record);
                tell(queue.front(), place);
                queue.pop_front();
            }
        }
        void fail(std::size_t there) {
            for (Waiting& one : std::exchange(queue, {})) {
                if (there > 0) log.push_back(one.record);
                there -= there > 0 ? 1U : 0U;
                if (const auto sender = one.sender.lock()) ++sender->failures;
                tell(one, failure(ErrorCode::unavailable, "the bus failed"));
            }
        }
        // The executor's thread drops the link, so it lives while the task runs.
        void tell(Waiting& one, const Result<bus::Position>& outcome) {
            const auto sender = one.sender.lock();
            if (!sender) return;
            sender->executor.post([this, outcome, link = one.sender, delivered = one.delivered] {
                const auto alive = link.lock();
                if (!alive) return;
                if (!outcome) {
                    const std::lock_guard lock(mutex);
                    --alive->failures;
                }
                delivered(outcome);
            });
        }
    };
    class Producer final : public bus::RawProducer {
      public:
        Producer(std::shared_ptr<State> state, Executor& executor)
            : state_(std::move(state)), link_(std::make_shared<Link>(Link{executor})) {}

        Result<void> send(std::uint32_t partition, std::string key, bus::MessagePtr message,
                          bus::Delivered delivered) override {
            const std::lock_guard lock(state_->mutex);
            if (state_->gate == Gate::refusing || link_->failures > 0) {
                return failure(ErrorCode::unavailable, "the bus refuses");
            }
            auto share = std::static_pointer_cast<const v1::Share>(message);
            state_->queue.push_back({link_, {partition, std::move(key), share}, delivered});
            if (state_->gate == Gate::open) state_->store(1);
            return success();
        }

      private:
        std::shared_ptr<State> state_;
        std::shared_ptr<Link> link_;
    };

    std::unique_ptr<bus::Bus> behind_;
    metrics::Registry metrics_;
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace lode::test
