// Where work runs. Adapters (bus, timers, sockets) hand their events to an Executor, so that a
// service's logic sees one thread; common/runtime has the real one, tests/support a manual one.
#pragma once

#include <functional>
#include <memory>

#include "common/base/clock.hpp"

namespace lode {

using Task = std::function<void()>;

class Executor {
  public:
    virtual ~Executor() = default;
    // Runs the task later on the executor's thread, in the order of posting; callable from any
    // thread. Tasks posted after the executor stopped are dropped.
    virtual void post(Task task) = 0;
};

// A timer that stops when it is destroyed; destroy it on the executor's own thread.
class Timer {
  public:
    virtual ~Timer() = default;
};

class Scheduler : public Executor {
  public:
    // Both run the task on this executor's thread; every() first after one interval.
    [[nodiscard]] virtual std::unique_ptr<Timer> after(Duration delay, Task task) = 0;
    [[nodiscard]] virtual std::unique_ptr<Timer> every(Duration interval, Task task) = 0;
};

}  // namespace lode
