// A reader's thread and its executor, one at a time: the thread posts a call and waits until it
// has returned, or until the reader is closed.
#pragma once

#include <condition_variable>
#include <optional>

#include "common/bus/gate.hpp"

namespace lode::bus {

enum class Returned : std::uint8_t { yes, not_in_time, closed };

class KafkaTurn {
  public:
    explicit KafkaTurn(Executor& executor) : gate_(executor) {}

    // Runs `call` on the executor. It may still run later when this says not_in_time, and keeps
    // what it needs itself; it does not run once closed.
    [[nodiscard]] Returned run(Task call, std::optional<Duration> patience = {}) {
        auto returned = std::make_shared<bool>(false);
        gate_.post([this, self = self_.lock(), returned, call = std::move(call)] {
            if (gate_.open()) call();
            const std::lock_guard lock(mutex_);
            *returned = true;
            wake_.notify_all();
        });
        std::unique_lock lock(mutex_);
        const auto over = [&] { return *returned || closed_; };
        if (patience) {
            wake_.wait_for(lock, *patience, over);
        } else {
            wake_.wait(lock, over);
        }
        if (closed_) return Returned::closed;
        return *returned ? Returned::yes : Returned::not_in_time;
    }

    void close() {
        gate_.close();
        const std::lock_guard lock(mutex_);
        closed_ = true;
        wake_.notify_all();
    }
    [[nodiscard]] bool open() const { return gate_.open(); }

    // Calls that are posted keep their owner alive.
    void owned_by(std::weak_ptr<const void> owner) { self_ = std::move(owner); }

  private:
    Gate gate_;
    std::weak_ptr<const void> self_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool closed_ = false;
};

}  // namespace lode::bus
