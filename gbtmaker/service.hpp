// gbtmaker as a service: nodes asked and listened to, templates published.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::gbtmaker {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::gbtmaker
