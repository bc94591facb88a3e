// Session numbers, the lower 20 bits of extranonce1: no two sessions may ever work on the same
// search space while a job of one of them lives. Numbers run round their 2^20; blocks of 4,096 are
// reserved on disk before use, so that they go on, and do not begin again, after a restart.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <functional>
#include <mutex>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/base/strong.hpp"

namespace lode::sserver {

using SessionNumber = Strong<std::uint32_t, struct SessionNumberTag>;

// server id (12 bits) | session number (20 bits)
[[nodiscard]] constexpr std::uint32_t extranonce1(std::uint16_t server_id, SessionNumber number) {
    return (std::uint32_t{server_id} << 20) | number.value();
}

inline constexpr std::uint16_t server_id_max = 4095;

// One for all loops: a login takes its lock once, a share never.
class SessionNumbers {
  public:
    static constexpr std::uint32_t numbers_count = 1u << 20;
    static constexpr std::uint32_t block_size = 4096;

    // Makes durable that numbers below the given one (a multiple of block_size, at most
    // numbers_count) may be in use and that a restart begins at it.
    using Reserve = std::function<Result<void>(std::uint32_t)>;

    // `begin` is what was reserved last, 0 the first time.
    SessionNumbers(std::uint32_t begin, Reserve reserve);

    // No number is given out again while a job is known that its last session may have worked on;
    // `oldest_job` is when the oldest one came. Exhausted: the numbers have come round too soon,
    // logins wait. Else as Reserve fails.
    [[nodiscard]] Result<SessionNumber> take(SteadyTime oldest_job);
    void give_back(SessionNumber number, SteadyTime now);

  private:
    static constexpr std::size_t blocks_count = numbers_count / block_size;

    std::mutex mutex_;
    std::uint32_t next_;
    std::uint32_t reserved_end_;  // of the block that next_ is in; == next_: reserve first
    Reserve reserve_;
    std::bitset<numbers_count> live_;
    std::array<SteadyTime, blocks_count> last_end_;  // of a session of that block
};

}  // namespace lode::sserver
