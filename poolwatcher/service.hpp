// poolwatcher as a service: connections to the watched pools, templates in, hints and events out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::poolwatcher {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::poolwatcher
