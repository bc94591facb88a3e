// An executor that its user may leave: after close() nothing more is posted to it, whatever other
// threads still hold, so that the executor may end before the bus does.
#pragma once

#include <atomic>
#include <mutex>
#include <utility>

#include "common/base/executor.hpp"

namespace lode::bus {

class Gate {
  public:
    explicit Gate(Executor& executor) : executor_(&executor) {}

    void post(Task task) {
        const std::lock_guard lock(mutex_);
        if (open_) executor_->post(std::move(task));
    }
    // Returns once no post is under way.
    void close() {
        const std::lock_guard lock(mutex_);
        open_ = false;
    }
    // A task that was posted earlier asks this before it calls into its user.
    [[nodiscard]] bool open() const { return open_; }

  private:
    std::mutex mutex_;
    std::atomic<bool> open_ = true;
    Executor* executor_;
};

}  // namespace lode::bus
