// A thread that runs tasks and timers one after another: where a service lives.
#pragma once

#include <memory>
#include <string>

#include "common/base/executor.hpp"

namespace lode::runtime {

// A task that throws ends the process with one clear line: the service's state is unknown then.
class Loop final : public Scheduler {
  public:
    // Starts the thread, named `name` in the log and (15 characters) in the system.
    explicit Loop(std::string name);
    // Stops and drops the tasks not yet run.
    ~Loop() override;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    void post(Task task) override;
    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, Task task) override;
    // Intervals that pass while the loop is busy are skipped, not caught up.
    [[nodiscard]] std::unique_ptr<Timer> every(Duration interval, Task task) override;

    // On its own thread: no task or timer runs after the one that calls this.
    void close();

    // From any other thread: returns when the task that runs is finished; no other is begun.
    void stop();

  private:
    struct Core;
    std::shared_ptr<Core> core_;
};

}  // namespace lode::runtime
