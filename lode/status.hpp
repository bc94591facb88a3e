// What a running pool says about its services.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/result.hpp"

namespace lode::launcher {

struct Status {
    enum class Ready : std::uint8_t { no, yes };
    Ready ready = Ready::no;
    std::string text;  // a line a service
};

// The answer of /healthz as text; malformed when it is none.
[[nodiscard]] Result<Status> read_status(std::string_view healthz);

// Asks the endpoint on this machine; unavailable when nobody answers there.
[[nodiscard]] Result<Status> ask_status(std::uint16_t port);

}  // namespace lode::launcher
