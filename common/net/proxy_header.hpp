// The header in which a proxy tells for whom it connects: the PROXY protocol, versions 1 (text) and
// 2 (binary), of TCP over IPv4 and IPv6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/base/bytes.hpp"
#include "common/base/ip_address.hpp"

namespace lode::net {

// Longer ones are malformed. Version 1 has 107 bytes at most; of version 2 it leaves room for the
// extensions that proxies and clouds add, certificates apart.
constexpr std::size_t proxy_header_max = 2048;

struct ProxySource {
    IpAddress address;
    std::uint16_t port = 0;
    friend bool operator==(const ProxySource&, const ProxySource&) = default;
};

struct ProxyHeader {
    enum class State : std::uint8_t {
        malformed,
        incomplete,  // every byte so far belongs to it
        complete,
    };
    State state = State::malformed;
    std::size_t size = 0;  // of a complete one; what follows is the client's
    // Of a complete one; empty when the proxy connects for itself (LOCAL) or cannot tell (UNKNOWN,
    // UNSPEC, another kind of socket): then the connection's own address counts.
    std::optional<ProxySource> source{};
};

// `bytes` are all that came so far.
[[nodiscard]] ProxyHeader parse_proxy_header(ByteView bytes);

}  // namespace lode::net
