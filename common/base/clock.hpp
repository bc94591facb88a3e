// Time as an argument: logic never asks for it, a Clock is handed to the edges.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lode {

// Wall clock, UTC, to the millisecond: what goes on the bus and into the database.
using UnixTime = std::chrono::sys_time<std::chrono::milliseconds>;
// Monotonic: what deadlines and intervals are measured with.
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

[[nodiscard]] constexpr std::int64_t to_unix_ms(UnixTime time) {
    return time.time_since_epoch().count();
}
[[nodiscard]] constexpr UnixTime from_unix_ms(std::int64_t milliseconds) {
    return UnixTime(std::chrono::milliseconds(milliseconds));
}
// Seconds since 1970, as in a block header.
[[nodiscard]] constexpr std::int64_t to_unix_seconds(UnixTime time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

// The day in UTC, "2026-11-21": as a name it sorts by time.
[[nodiscard]] std::string utc_day(UnixTime time);

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixTime unix_now() const = 0;
    [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

// The machine's own clocks.
[[nodiscard]] const Clock& system_clock();

}  // namespace lode
