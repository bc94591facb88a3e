// What every form of the bus promises, checked through its interface only.
#pragma once

#include <functional>
#include <memory>
#include <span>

#include "common/bus/bus.hpp"

namespace lode::bus::test {

// Opens the bus under test. Called again after the first was destroyed, it opens the same one:
// that is how a restart looks.
using OpenBus = std::function<std::unique_ptr<Bus>()>;

// A topic of three partitions that holds nothing and has no groups yet.
struct Trial {
    OpenBus open;
    TopicName topic;
};

struct Promise {
    const char* sentence;
    void (*check)(const Trial& on);
};

// The topic of a trial on the chain of that name.
[[nodiscard]] TopicName conformance_topic(std::string chain);

[[nodiscard]] std::span<const Promise> promises();
[[nodiscard]] std::span<const Promise> membership_promises();

}  // namespace lode::bus::test
