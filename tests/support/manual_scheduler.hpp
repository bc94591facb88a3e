// A Scheduler and a Clock moved by hand: time passes only in advance(), tasks run only in
// run_posted() and advance(), on the calling thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"

namespace lode::test {

class ManualClock final : public Clock {
  public:
    explicit ManualClock(UnixTime start = from_unix_ms(1'700'000'000'000)) : unix_(start) {}

    [[nodiscard]] UnixTime unix_now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(unix_ + elapsed_);
    }
    [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{} + elapsed_; }

    void advance(Duration by) { elapsed_ += by; }
    // The wall clock is set: steady time does not notice.
    void set_unix(UnixTime now) {
        unix_ = now - std::chrono::floor<std::chrono::milliseconds>(elapsed_);
    }

  private:
    UnixTime unix_;
    Duration elapsed_ = std::chrono::hours(1);  // not 0, so that an unset SteadyTime shows
};

class ManualScheduler final : public Scheduler {
  public:
    [[nodiscard]] ManualClock& clock() { return clock_; }

    void post(Task task) override {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(task));
    }
    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, Task task) override {
        return schedule(delay, Duration::zero(), std::move(task));
    }
    [[nodiscard]] std::unique_ptr<Timer> every(Duration interval, Task task) override {
        return schedule(interval, interval, std::move(task));
    }

    // Runs what is posted, and what that posts, until nothing is left; gives how many ran.
    std::size_t run_posted() {
        std::size_t ran = 0;
        while (Task task = take_posted()) {
            task();
            ++ran;
        }
        return ran;
    }

    // Moves both clocks on; timers fire at their own times, in order, posted tasks in between.
    void advance(Duration by) {
        run_posted();
        const SteadyTime end = clock_.steady_now() + by;
        while (!entries_->empty() && entries_->begin()->first.first <= end) {
            fire_first();
            run_posted();
        }
        clock_.advance(end - clock_.steady_now());
    }

    [[nodiscard]] std::size_t timers() const { return entries_->size(); }

  private:
    using Key = std::pair<SteadyTime, std::size_t>;  // when, then in the order of making
    struct Entry {
        Duration interval;  // zero for a timer that fires once
        std::shared_ptr<Task> task;
        std::shared_ptr<Key> place;
    };
    using Entries = std::map<Key, Entry>;

    class Handle final : public Timer {
      public:
        Handle(std::shared_ptr<Entries> entries, std::shared_ptr<Key> place)
            : entries_(std::move(entries)), place_(std::move(place)) {}
        ~Handle() override { entries_->erase(*place_); }

      private:
        std::shared_ptr<Entries> entries_;
        std::shared_ptr<Key> place_;
    };

    std::unique_ptr<Timer> schedule(Duration delay, Duration interval, Task task) {
        auto place = std::make_shared<Key>(clock_.steady_now() + delay, next_++);
        entries_->emplace(*place, Entry{interval, std::make_shared<Task>(std::move(task)), place});
        return std::make_unique<Handle>(entries_, std::move(place));
    }

    // The entry moves or goes before its task runs, so that the task may destroy its own timer.
    void fire_first() {
        auto node = entries_->extract(entries_->begin());
        const auto task = node.mapped().task;
        if (node.key().first > clock_.steady_now()) {
            clock_.advance(node.key().first - clock_.steady_now());
        }
        if (node.mapped().interval > Duration::zero()) {
            *node.mapped().place = {clock_.steady_now() + node.mapped().interval, next_++};
            node.key() = *node.mapped().place;
            entries_->insert(std::move(node));
        }
        (*task)();
    }

    Task take_posted() {
        const std::lock_guard lock(mutex_);
        if (posted_.empty()) return {};
        Task task = std::move(posted_.front());
        posted_.pop_front();
        return task;
    }

    ManualClock clock_;
    std::shared_ptr<Entries> entries_ = std::make_shared<Entries>();
    std::size_t next_ = 0;
    std::mutex mutex_;  // guards posted_: adapters post from their own threads
    std::deque<Task> posted_;
};

}  // namespace lode::test
