// blkmaker as a service: solved shares in, blocks at every node, rows and events out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::blkmaker {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::blkmaker
