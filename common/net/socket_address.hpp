// Numeric IPv4 and IPv6 addresses as text and as the socket calls want them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "common/base/ip_address.hpp"
#include "common/base/result.hpp"

namespace lode::net {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;

    [[nodiscard]] int family() const { return storage.ss_family; }
    [[nodiscard]] const sockaddr* get() const {
        return reinterpret_cast<const sockaddr*>(&storage);
    }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] IpAddress address() const;
    // "1.2.3.4:3333", "[::1]:3333".
    [[nodiscard]] std::string text() const;
};

// Malformed when the host is no numeric address.
[[nodiscard]] Result<SocketAddress> parse_socket_address(const std::string& host,
                                                         std::uint16_t port);

}  // namespace lode::net
