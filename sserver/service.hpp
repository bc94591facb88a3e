// sserver as a service: jobs in, miners served, shares and solved shares out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::sserver {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::sserver
