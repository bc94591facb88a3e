// One instant on both clocks, as the edges hand it to the logic.
#pragma once

#include "common/base/clock.hpp"

namespace lode::sserver {

struct Moment {
    UnixTime unix;
    SteadyTime steady;
};

}  // namespace lode::sserver
