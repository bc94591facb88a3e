// Decides, for the hashing threads, what to work on and which found shares may go out now. It
// keeps a miner at a tiny difficulty from flooding its pool: few shares wait for an answer at a
// time, a second has only so many, and after a solved block hashing rests until the pool has a new
// tip.
#pragma once

#include <cstddef>

#include "miner/work.hpp"

namespace lode::miner {

struct GateLimits {
    // Shares that may wait for the pool's answer. At 50 ms of delay 16 of them still allow 320 a
    // second, far more than any sensible difficulty gives.
    std::size_t unanswered_max = 16;
    // Where answers take microseconds the limit above allows tens of thousands a second.
    std::size_t per_second_max = 500;
};

enum class Offer {
    stale,  // of an earlier connection or tip: forget it
    wait,   // there are too many: offer it again after a change
    taken,  // submit it
};

class Gate {
  public:
    explicit Gate(const GateLimits& limits) : limits_(limits) {}

    // Null: nothing to do.
    void set_work(WorkPtr work);
    // The work to hash, null while there is none or hashing rests.
    [[nodiscard]] WorkPtr work() const;

    [[nodiscard]] Offer offer(const Found& found);
    // A share of that connection was answered.
    void answered(std::uint64_t connection);
    // A solved block has brought no new tip for long enough: it was refused.
    void resume() { solved_ = false; }
    void second_passed() { this_second_ = 0; }

  private:
    GateLimits limits_;
    std::size_t unanswered_ = 0;
    std::size_t this_second_ = 0;
    std::uint64_t connection_ = 0;
    bool solved_ = false;
    WorkPtr work_;
};

}  // namespace lode::miner
