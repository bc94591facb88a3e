// For tests of adapters that post from threads of their own: tasks run on the test's thread while
// it waits for something to become true; timers are moved by hand.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/support/manual_scheduler.hpp"

namespace lode::test {

class WaitingScheduler final : public Scheduler {
  public:
    void post(Task task) override {
        {
            const std::lock_guard lock(mutex_);
            manual_.post(std::move(task));
            posted_ = true;
        }
        ready_.notify_one();
    }
    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, Task task) override {
        return manual_.after(delay, std::move(task));
    }
    [[nodiscard]] std::unique_ptr<Timer> every(Duration interval, Task task) override {
        return manual_.every(interval, std::move(task));
    }

    [[nodiscard]] ManualClock& clock() { return manual_.clock(); }
    void advance(Duration by) { manual_.advance(by); }

    // Runs tasks as they come until `done()`, which may also depend on threads and sockets: it is
    // asked again every millisecond. Throws after 30 s, longer than any test needs, so that a
    // hang fails.
    template <class Done>
    void run_until(Done done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited 30 s");
            {
                std::unique_lock lock(mutex_);
                ready_.wait_for(lock, std::chrono::milliseconds(1), [this] { return posted_; });
                posted_ = false;
            }
            manual_.run_posted();
        }
    }

  private:
    ManualScheduler manual_;
    std::mutex mutex_;  // guards posted_
    std::condition_variable ready_;
    bool posted_ = false;
};

}  // namespace lode::test
