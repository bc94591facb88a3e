// The topic that the crash test's two programs share.
#pragma once

#include "common/bus/bus.hpp"

namespace lode::bus::test {

inline const TopicName crash_topic{{"lode.crash", 3, Retention::for_time, std::chrono::hours(1),
                                    std::chrono::hours(1), std::chrono::milliseconds(0)},
                                   ""};

}  // namespace lode::bus::test
