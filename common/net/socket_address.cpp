// Conversions of numeric addresses.
#include "common/net/socket_address.hpp"

#include <arpa/inet.h>

#include <cstring>

namespace lode::net {

std::uint16_t SocketAddress::port() const {
    if (family() == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

std::string SocketAddress::host() const {
    char text[INET6_ADDRSTRLEN] = {};
    const void* address =
        family() == AF_INET6
            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr)
            : &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr;
    ::inet_ntop(family(), address, text, sizeof text);
    return text;
}

std::string SocketAddress::text() const {
    const std::string host_text = family() == AF_INET6 ? "[" + host() + "]" : host();
    return host_text + ":" + std::to_string(port());
}

Result<SocketAddress> parse_socket_address(const std::string& host, std::uint16_t port) {
    SocketAddress address;
    in6_addr six{};
    in_addr four{};
    if (::inet_pton(AF_INET, host.c_str(), &four) == 1) {
        auto* at = reinterpret_cast<sockaddr_in*>(&address.storage);
        at->sin_family = AF_INET;
        at->sin_addr = four;
        at->sin_port = htons(port);
        address.size = sizeof(sockaddr_in);
        return address;
    }
    if (::inet_pton(AF_INET6, host.c_str(), &six) == 1) {
        auto* at = reinterpret_cast<sockaddr_in6*>(&address.storage);
        at->sin6_family = AF_INET6;
        at->sin6_addr = six;
        at->sin6_port = htons(port);
        address.size = sizeof(sockaddr_in6);
        return address;
    }
    return failure(ErrorCode::malformed, "\"" + host + "\" is no IPv4 or IPv6 address");
}

}  // namespace lode::net
