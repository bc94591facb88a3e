// Whether a node answers at all: a call so short that it answers even while busy, sent again and
// again on a connection of its own. One that stays unanswered means that the process hangs.
#pragma once

#include <optional>

#include "common/base/clock.hpp"

namespace lode::gbtmaker {

struct PulseSettings {
    // A node that has not answered for so long is passed over.
    Duration answer_max = std::chrono::seconds(1);
    // Between two calls: with answer_max it bounds how long a hang goes unnoticed.
    [[nodiscard]] Duration interval() const { return answer_max / 4; }
};

class Pulse {
  public:
    explicit Pulse(PulseSettings settings) : settings_(settings) {}

    // True when a call is due, which is then under way; one at a time.
    [[nodiscard]] bool begin(SteadyTime now);
    // The call under way has ended, in whatever way.
    void ended() { asked_at_.reset(); }
    // The call under way is unanswered for too long.
    [[nodiscard]] bool silent(SteadyTime now) const;

  private:
    PulseSettings settings_;
    std::optional<SteadyTime> asked_at_;
    SteadyTime next_at_ = SteadyTime::min();
};

}  // namespace lode::gbtmaker
