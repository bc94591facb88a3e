// Deadlines of very many things, half a second coarse: a ring of buckets, each of which holds what
// falls due within one tick of one of the coming turns. Insertion and expiry cost O(1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/clock.hpp"

namespace lode::net {

class TimerWheel {
  public:
    static constexpr Duration tick = std::chrono::milliseconds(500);
    // One turn is 256 s: longer than most deadlines, which then wait in their bucket only once.
    static constexpr std::size_t buckets_count = 512;

    struct Entry {
        std::uint64_t id = 0;
        SteadyTime due;
    };

    explicit TimerWheel(SteadyTime now) : next_tick_(tick_of(now)) {}

    // The entry comes out of one advance() that is not before `due`. It cannot be taken out: the
    // owner ignores what no longer matters, and inserts again what was put off.
    void insert(const Entry& entry);

    // Takes out all that is due.
    [[nodiscard]] std::vector<Entry> advance(SteadyTime now);

    // When to call advance() next; empty when nothing waits.
    [[nodiscard]] std::optional<SteadyTime> next_wake() const;

  private:
    // Rounded up, so that nothing is early.
    [[nodiscard]] static std::int64_t tick_of(SteadyTime time);

    std::array<std::vector<Entry>, buckets_count> buckets_;
    std::int64_t next_tick_;  // the first that advance() has not dealt with
    std::size_t size_ = 0;
};

}  // namespace lode::net
