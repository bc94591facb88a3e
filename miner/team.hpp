// The hashing threads. New work reaches all of them within one batch of nonces, a fraction of a
// millisecond.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "common/base/executor.hpp"
#include "miner/gate.hpp"
#include "miner/work.hpp"

namespace lode::miner {

struct TeamOptions {
    std::size_t threads = 1;
    GateLimits limits{};
};

class Team {
  public:
    // `found` runs on the executor; what is queued there is bounded by the limits.
    Team(const TeamOptions& options, Executor& executor, std::function<void(const Found&)> found);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    void set_work(WorkPtr work);  // null: rest
    void answered(std::uint64_t connection);
    void resume();
    void second_passed();

    // Hashes since the start, of all threads.
    [[nodiscard]] std::uint64_t hashes() const { return hashes_.load(std::memory_order_relaxed); }

  private:
    void run();
    // Hashes until the work changes or the unit is exhausted.
    void hash_unit(const WorkPtr& work, std::uint64_t change);
    // Hands a share over as soon as the gate takes it; waits for that.
    void report(Found found);
    void changed();

    Executor& executor_;
    const std::function<void(const Found&)> found_;
    std::atomic<std::uint64_t> hashes_ = 0;
    std::atomic<std::uint64_t> next_unit_ = 0;  // never again, also after a session is resumed
    std::atomic<std::uint64_t> changes_ = 0;    // written under the lock
    std::mutex mutex_;                          // guards gate_ and stopping_
    std::condition_variable change_;
    Gate gate_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace lode::miner
