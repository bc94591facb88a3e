// A clock and one call.
#include "gbtmaker/pulse.hpp"

namespace lode::gbtmaker {

bool Pulse::begin(SteadyTime now) {
    if (asked_at_ || now < next_at_) return false;
    asked_at_ = now;
    next_at_ = now + settings_.interval();
    return true;
}

bool Pulse::silent(SteadyTime now) const {
    return asked_at_ && now - *asked_at_ >= settings_.answer_max;
}

}  // namespace lode::gbtmaker
