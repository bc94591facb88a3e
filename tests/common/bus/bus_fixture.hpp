// What the bus's tests share: an executor with a thread, a box that records wait in, and sending
// that waits for its outcome. All waiting is by condition variable, with a deadline that only a
// broken bus reaches.
#pragma once

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "common/bus/bus.hpp"
#include "common/messages/share.pb.h"

namespace lode::bus::test {

constexpr auto deadline = std::chrono::seconds(60);

class ThreadExecutor final : public Executor {
  public:
    ThreadExecutor() : thread_([this] { run(); }) {}
    ~ThreadExecutor() override {
        post({});
        thread_.join();
    }
    void post(Task task) override {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        wake_.notify_one();
    }
    // Runs the task on the executor's thread and waits for its end.
    void run_and_wait(const Task& task) {
        std::promise<void> ended;
        post([&] {
            task();
            ended.set_value();
        });
        ended.get_future().wait();
    }

  private:
    void run() {
        for (;;) {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return !tasks_.empty(); });
            const Task task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            if (!task) return;
            task();
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> tasks_;
    std::thread thread_;
};

// Things that come in on one thread and are waited for on another.
template <class T>
class Inbox {
  public:
    void put(T item) {
        const std::lock_guard lock(mutex_);
        items_.push_back(std::move(item));
        arrived_.notify_all();
    }
    // All there are once there are at least `count`.
    std::vector<T> wait(std::size_t count) {
        std::unique_lock lock(mutex_);
        const bool enough =
            arrived_.wait_for(lock, deadline, [&] { return items_.size() >= count; });
        INFO("waiting for " << count << ", have " << items_.size());
        REQUIRE(enough);
        return items_;
    }
    // Whether there are so many within the time.
    bool reaches(std::size_t count, std::chrono::milliseconds within) {
        std::unique_lock lock(mutex_);
        return arrived_.wait_for(lock, within, [&] { return items_.size() >= count; });
    }
    std::size_t size() {
        const std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<T> items_;
};

using ShareRecord = Record<v1::Share>;

inline std::shared_ptr<v1::Share> share(std::uint64_t sequence) {
    auto message = std::make_shared<v1::Share>();
    message->set_sequence(sequence);
    message->set_user("alice");
    return message;
}

// A consumer whose records wait in a box; ends on the executor's thread, as a service's does.
class Reading {
  public:
    Reading(Bus& bus, const TopicName& topic, ConsumerOptions options) {
        auto opened = bus.raw_consumer(
            topic, std::move(options), executor_, v1::Share::default_instance(),
            [this](std::vector<RawRecord> batch) {
                largest_batch_ = std::max(largest_batch_.load(), batch.size());
                for (RawRecord& one : batch) {
                    box_.put({one.position, one.appended, one.key,
                              std::static_pointer_cast<const v1::Share>(one.message)});
                }
            });
        if (!opened) FAIL(opened.error().context);
        consumer_ = std::move(opened).value();
    }
    ~Reading() { drop(); }

    void drop() {
        executor_.run_and_wait([&] { consumer_.reset(); });
    }
    std::vector<ShareRecord> wait(std::size_t count) { return box_.wait(count); }
    // All that was in the topic at the time of the call, and whatever came with it.
    std::vector<ShareRecord> wait_for_all() {
        std::promise<void> done;
        consumer_->when_caught_up([&] { done.set_value(); });
        const bool caught_up = done.get_future().wait_for(deadline) == std::future_status::ready;
        REQUIRE(caught_up);
        return box_.wait(0);
    }
    std::size_t size() { return box_.size(); }
    [[nodiscard]] std::size_t largest_batch() const { return largest_batch_; }
    RawConsumer& consumer() { return *consumer_; }
    ThreadExecutor& executor() { return executor_; }

  private:
    std::atomic<std::size_t> largest_batch_ = 0;
    Inbox<ShareRecord> box_;
    std::unique_ptr<RawConsumer> consumer_;
    ThreadExecutor executor_;
};

class Sending {
  public:
    Sending(Bus& bus, const TopicName& topic) {
        auto opened = bus.raw_producer(topic, executor_);
        if (!opened) FAIL(opened.error().context);
        producer_ = std::move(opened).value();
    }
    ~Sending() { drop(); }

    void drop() {
        executor_.run_and_wait([&] { producer_.reset(); });
    }
    Result<void> try_send(std::uint32_t partition, MessagePtr message, std::string key = "key") {
        return producer_->send(partition, std::move(key), std::move(message),
                               [this](Result<Position> outcome) { outcomes_.put(outcome); });
    }
    void send(std::uint32_t partition, MessagePtr message) {
        const auto taken = try_send(partition, std::move(message));
        if (!taken) FAIL(taken.error().context);
        ++sent_;
    }
    // The places of all that send() sent, in the order of sending.
    std::vector<Position> wait_for_delivery() {
        std::vector<Position> places;
        for (const auto& outcome : outcomes_.wait(sent_)) {
            if (!outcome) FAIL(outcome.error().context);
            places.push_back(outcome.value());
        }
        return places;
    }
    std::vector<Result<Position>> wait_for_outcomes(std::size_t count) {
        return outcomes_.wait(count);
    }
    ThreadExecutor& executor() { return executor_; }

  private:
    Inbox<Result<Position>> outcomes_;
    std::size_t sent_ = 0;
    std::unique_ptr<RawProducer> producer_;
    ThreadExecutor executor_;
};

inline std::vector<std::uint64_t> sequences(const std::vector<ShareRecord>& records) {
    std::vector<std::uint64_t> numbers;
    for (const auto& one : records) numbers.push_back(one.message->sequence());
    return numbers;
}

inline ConsumerOptions from_earliest() {
    ConsumerOptions options;
    options.start = StartAt::earliest;
    return options;
}

inline ConsumerOptions as_group(std::string name) {
    ConsumerOptions options;
    options.group = std::move(name);
    options.start = StartAt::committed;
    return options;
}

}  // namespace lode::bus::test
