// statshttpd as a service: the bus and the database in, the JSON API out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::statshttpd {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::statshttpd
