// The services that make up a pool.
#pragma once

#include <vector>

#include "common/config/section.hpp"
#include "common/runtime/service.hpp"

namespace lode::launcher {

// In the order of starting: consumers before producers, so that nothing waits unread; they are
// stopped in the reverse order, so that what is under way is still taken in.
[[nodiscard]] std::vector<runtime::ServiceDefinition> services();

// The common section and those of all services, in the order of the example file.
[[nodiscard]] config::Sections sections();

}  // namespace lode::launcher
