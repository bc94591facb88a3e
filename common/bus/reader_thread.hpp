// The one thread of a bus that reads files for consumers that are behind, so that no executor
// waits for a disk.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/clock.hpp"
#include "common/base/executor.hpp"

namespace lode::bus {

class ReaderThread {
  public:
    explicit ReaderThread(const Clock& clock);
    ~ReaderThread();

    // Each consumer has at most one task here, which bounds the queue.
    void post(Task task) { post_after(Duration::zero(), std::move(task)); }
    void post_after(Duration delay, Task task);
    // Ends the thread; tasks that have not begun are dropped.
    void close();

  private:
    void run();
    [[nodiscard]] Task next();

    const Clock& clock_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::multimap<SteadyTime, Task> tasks_;  // by due time, equal ones in the order of posting
    bool closing_ = false;
    std::thread thread_;
};

}  // namespace lode::bus
