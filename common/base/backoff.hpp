// How long to wait before the next try: twice as long each time up to a limit, spread at random so
// that many clients of one neighbour do not come back in the same moment.
#pragma once

#include <algorithm>
#include <cstdint>

#include "common/base/clock.hpp"

namespace lode {

class Backoff {
  public:
    constexpr Backoff(Duration first, Duration longest)
        : first_(first), longest_(longest), next_(first) {}

    // Between half of the step and all of it; `random` is any 64-bit number.
    [[nodiscard]] Duration next(std::uint64_t random) {
        const Duration step = next_;
        next_ = std::min(step * 2, longest_);
        const auto spread = static_cast<std::uint64_t>((step - step / 2).count()) + 1;
        return step / 2 + Duration(static_cast<Duration::rep>(random % spread));
    }

    // After a success.
    void reset() { next_ = first_; }

  private:
    Duration first_;
    Duration longest_;
    Duration next_;
};

}  // namespace lode
