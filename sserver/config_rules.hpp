// The rules that sserver's settings amount to, for each part that follows them.
#pragma once

#include "sserver/conduct.hpp"
#include "sserver/config.hpp"
#include "sserver/guard.hpp"
#include "sserver/session.hpp"

namespace lode::sserver {

// How shares are stored, but for the stream's id.
[[nodiscard]] ShareStreamOptions share_stream_options(const Config& config,
                                                      const config::BusConfig& bus);

// How long and how many sessions without a connection are kept.
[[nodiscard]] ParkingLimits parking_limits(const Config& config);

// The rules of sessions that the settings and the chain amount to; the server id comes later.
[[nodiscard]] Result<SessionRules> session_rules(const Config& config,
                                                 const config::ChainConfig& chain);

[[nodiscard]] ConductRules conduct_rules(const Config& config);
// The allow list has been checked with the settings.
[[nodiscard]] GuardRules guard_rules(const Config& config);

}  // namespace lode::sserver
