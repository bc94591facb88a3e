// payout as a service: blocks and work in, a ledger and payments out.
#pragma once

#include "common/runtime/service.hpp"

namespace lode::payout {

[[nodiscard]] runtime::ServiceDefinition definition();

}  // namespace lode::payout
