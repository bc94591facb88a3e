// What a running pool says of itself: its services, and what its API shows, as text and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"

namespace lode::launcher {

struct ServiceStatus {
    enum class State : std::uint8_t { ready, not_ready, unreachable };
    std::string name;
    State state = State::unreachable;
    std::string detail;
};

// Bodies of /api/v1/pool and /api/v1/blocks as they came; empty while the API does not answer.
struct Picture {
    std::vector<ServiceStatus> services;
    std::string pool;
    std::string blocks;
};

// The services in the answer of /healthz; malformed when it is none.
[[nodiscard]] Result<std::vector<ServiceStatus>> read_services(std::string_view healthz);

[[nodiscard]] bool all_ready(const Picture& picture);

// For a terminal: a line a service; then, unless the API does not answer, hash rate, miners, job
// and the last blocks. Ages are against `now`.
[[nodiscard]] std::string to_text(const Picture& picture, UnixTime now);
// {"ready":…,"services":[{"name":…,"state":…,"detail":…}],"pool":{…}|null,"blocks":[…]|null}
[[nodiscard]] std::string to_json(const Picture& picture);

// Hashes a second as decimal digits, with three digits of the fitting unit: "1234567" is
// "1.23 MH/s".
[[nodiscard]] std::string rate_text(std::string_view digits);

}  // namespace lode::launcher
