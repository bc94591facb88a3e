// Miners' addresses as logs and events may show them.
#pragma once

#include <string>

#include "common/base/ip_address.hpp"

namespace lode::sserver {

enum class LogAddresses : std::uint8_t {
    full,
    truncated,  // the network: 192.0.2.0/24, 2001:db8:1::/48
    none,       // "-"
};

[[nodiscard]] std::string shown(const IpAddress& address, LogAddresses how);

}  // namespace lode::sserver
