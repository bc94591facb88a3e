// jobmaker as a service: templates in, jobs out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::jobmaker {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::jobmaker
