// sharelogger as a service: shares and jobs in, sums and archive out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::sharelogger {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::sharelogger
