// Decides, for the hashing threads, what to work on and which found shares may go out now. It
// keeps a miner at a tiny difficulty from flooding its pool: few shares wait for an answer at a
// time, and after a solved block hashing rests until the pool has a new tip.
#pragma once

#include <cstddef>

#include "miner/work.hpp"

namespace lode::miner {

enum class Offer {
    stale,  // of an earlier connection or tip: forget it
    wait,   // too many shares wait for an answer: offer it again after a change
    taken,  // submit it
};

class Gate {
  public:
    explicit Gate(std::size_t unanswered_max) : unanswered_max_(unanswered_max) {}

    // Null: nothing to do.
    void set_work(WorkPtr work);
    // The work to hash, null while there is none or hashing rests.
    [[nodiscard]] WorkPtr work() const;

    [[nodiscard]] Offer offer(const Found& found);
    // A share of that connection was answered.
    void answered(std::uint64_t connection);
    // A solved block has brought no new tip for long enough: it was refused.
    void resume() { solved_ = false; }

  private:
    std::size_t unanswered_max_;
    std::size_t unanswered_ = 0;
    std::uint64_t connection_ = 0;
    bool solved_ = false;
    WorkPtr work_;
};

}  // namespace lode::miner
