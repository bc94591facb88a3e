// How many events there were within the last window of time, in 16 bytes: those of the present
// window and, in proportion to what it still covers, those of the one before.
#pragma once

#include <cstdint>

#include "common/base/clock.hpp"

namespace lode::sserver {

class SlidingCount {
  public:
    void add(Duration window, SteadyTime now) {
        turn(window, now);
        ++present_;
    }
    // Rounded down: an event leaves the count a little before two windows have passed.
    [[nodiscard]] std::uint64_t count(Duration window, SteadyTime now) {
        turn(window, now);
        const auto rest = static_cast<std::uint64_t>((window - (now - start_)).count());
        const auto whole = static_cast<std::uint64_t>(window.count());
        // In parts of 1/1024: a window's nanoseconds times its events may pass 64 bits.
        return present_ + before_ * (rest / (whole / 1024 + 1)) / 1024;
    }

  private:
    void turn(Duration window, SteadyTime now) {
        if (now - start_ < window) return;
        const bool next = now - start_ < 2 * window;
        before_ = next ? present_ : 0;
        present_ = 0;
        start_ = next ? start_ + window : now;
    }

    SteadyTime start_;
    std::uint32_t present_ = 0;
    std::uint32_t before_ = 0;
};

}  // namespace lode::sserver
