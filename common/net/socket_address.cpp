// Conversions of numeric addresses.
#include "common/net/socket_address.hpp"

#include <array>
#include <cstring>

namespace lode::net {

std::uint16_t SocketAddress::port() const {
    if (family() == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

IpAddress SocketAddress::address() const {
    if (family() == AF_INET6) {
        const auto& six = reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
        return IpAddress::v6(six.s6_addr);
    }
    std::array<std::uint8_t, 4> bytes{};
    const auto& four = reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;
    std::memcpy(bytes.data(), &four, bytes.size());
    return IpAddress::v4(bytes);
}

std::string SocketAddress::text() const {
    const std::string host = address().text();
    return (family() == AF_INET6 ? "[" + host + "]" : host) + ":" + std::to_string(port());
}

Result<SocketAddress> parse_socket_address(const std::string& host, std::uint16_t port) {
    LODE_TRY(const auto parsed, IpAddress::parse(host));
    SocketAddress address;
    if (parsed.is_v4()) {
        auto* at = reinterpret_cast<sockaddr_in*>(&address.storage);
        at->sin_family = AF_INET;
        std::memcpy(&at->sin_addr, parsed.bytes().data() + 12, sizeof at->sin_addr);
        at->sin_port = htons(port);
        address.size = sizeof(sockaddr_in);
    } else {
        auto* at = reinterpret_cast<sockaddr_in6*>(&address.storage);
        at->sin6_family = AF_INET6;
        std::memcpy(&at->sin6_addr, parsed.bytes().data(), sizeof at->sin6_addr);
        at->sin6_port = htons(port);
        address.size = sizeof(sockaddr_in6);
    }
    return address;
}

}  // namespace lode::net
