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

struct Promise {
    const char* sentence;
    void (*check)(const OpenBus& open);  // on a bus that holds nothing yet
};

[[nodiscard]] std::span<const Promise> promises();

}  // namespace lode::bus::test
