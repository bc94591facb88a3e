// Sessions whose connections broke, kept for a while so that a miner who comes back goes on where
// it was: the same extranonce1, the jobs it had and their targets, and the shares it was already
// credited with. One store for all loops, touched when a session ends and when one is resumed.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "sserver/assigned_targets.hpp"
#include "sserver/duplicate_filter.hpp"
#include "sserver/listener_rules.hpp"
#include "sserver/session_numbers.hpp"

namespace lode::sserver {

// What of a session outlives its connection. Who its workers are does not: they log in again.
struct ResumableSession {
    SessionNumber number;
    AssignedTargets targets;
    DuplicateFilter seen;
    std::uint32_t version_mask = 0;  // granted by mining.configure
    int exponent = 0;                // the difficulty last wished for is 2^exponent
    Reward reward = Reward::pool;    // of its listener; another one's jobs are other jobs

    // Of memory, about.
    [[nodiscard]] std::size_t bytes() const;
};

struct ParkingLimits {
    Duration time = std::chrono::minutes(5);  // 0: nothing is kept
    // What goes over is given up, the oldest first.
    std::size_t sessions_max = 100'000;
    std::size_t bytes_max = 64 * 1024 * 1024;
};

class ParkedSessions {
  public:
    // `random` gives 64 bits that nobody can guess; from any thread. The numbers outlive it.
    ParkedSessions(const ParkingLimits& limits, SessionNumbers& numbers,
                   std::function<std::uint64_t()> random);

    // For keys of sessions, and salts of their jobs.
    [[nodiscard]] std::uint64_t random() { return random_(); }

    // The session's number is given back when it is given up, now or later. Who was never credited
    // with a share has nothing to come back for: so it takes work to fill the store.
    void park(std::uint64_t key, ResumableSession session, SteadyTime now);
    // Null when it is not here (any more) or was for another reward.
    [[nodiscard]] std::unique_ptr<ResumableSession> take(std::uint64_t key, Reward reward);
    // Gives up those that were here for the whole time.
    void expire(SteadyTime now);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Parked {
        std::uint64_t key;
        SteadyTime since;
        std::size_t bytes;
        std::unique_ptr<ResumableSession> session;
    };
    // All with the mutex held.
    void give_up_oldest(SteadyTime now);

    ParkingLimits limits_;
    SessionNumbers& numbers_;
    std::function<std::uint64_t()> random_;

    mutable std::mutex mutex_;
    std::list<Parked> parked_;  // oldest first
    std::unordered_map<std::uint64_t, std::list<Parked>::iterator> by_key_;
    std::size_t bytes_ = 0;
};

}  // namespace lode::sserver
