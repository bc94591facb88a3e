// Both versions, after https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt.
#include "common/net/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace lode::net {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view signature_1 = "PROXY ";
constexpr std::string_view signature_2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t size_1_max = 107;  // end of line included
constexpr std::size_t fixed_2 = 16;      // before version 2's addresses

// ---- version 1 -----------------------------------------------------------------------------

// Takes a word and the one space behind it off the front.
std::string_view next_word(std::string_view& text) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    return word;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    const bool padded = text.size() > 1 && text.front() == '0';
    if (error != std::errc() || stop != end || padded) return std::nullopt;
    return port;
}

ProxyHeader parse_line(std::string_view line, std::size_t size) {
    line.remove_prefix(signature_1.size());
    const std::string_view family = next_word(line);
    if (family == "UNKNOWN") return {State::complete, size};
    if (family != "TCP4" && family != "TCP6") return {};
    const std::string_view from = next_word(line);
    const std::string_view to = next_word(line);
    const auto from_port = parse_port(next_word(line));
    const auto to_port = parse_port(line);
    const auto source = IpAddress::parse(from);
    const auto is_of_family = [&](std::string_view address) {
        return (address.find(':') != address.npos) == (family == "TCP6");
    };
    if (!source || !IpAddress::parse(to) || !is_of_family(from) || !is_of_family(to) ||
        !from_port || !to_port) {
        return {};
    }
    return {State::complete, size, ProxySource{source.value(), *from_port}};
}

ProxyHeader parse_1(std::string_view text) {
    const std::size_t end = text.substr(0, size_1_max).find("\r\n");
    if (end != text.npos) return parse_line(text.substr(0, end), end + 2);
    return {text.size() < size_1_max ? State::incomplete : State::malformed};
}

// ---- version 2 -----------------------------------------------------------------------------

struct Fixed2 {
    std::uint8_t version;
    std::uint8_t command;
    std::uint8_t family;
    std::uint8_t protocol;
    std::size_t length;  // of what follows
};

// The address families and protocols there are: unspecified, IPv4, IPv6, UNIX; unspecified, stream,
// datagram.
bool known(const Fixed2& fixed) {
    return fixed.version == 2 && fixed.command <= 1 && fixed.family <= 3 && fixed.protocol <= 2 &&
           fixed_2 + fixed.length <= proxy_header_max;
}

// Source address, destination address, source port, destination port; big-endian.
ProxyHeader addresses_of(const Fixed2& fixed, ByteView bytes) {
    const std::size_t size = fixed_2 + fixed.length;
    constexpr std::uint8_t proxied = 1;
    constexpr std::uint8_t stream = 1;
    if (fixed.command != proxied || fixed.protocol != stream) return {State::complete, size};
    const std::uint8_t* at = bytes.data() + fixed_2;
    if (fixed.family == 1) {
        if (fixed.length < 12) return {};
        const std::span<const std::uint8_t, 4> address(at, 4);
        return {State::complete, size,
                ProxySource{IpAddress::v4(address), load_be<std::uint16_t>(at + 8)}};
    }
    if (fixed.family == 2) {
        if (fixed.length < 36) return {};
        const std::span<const std::uint8_t, 16> address(at, 16);
        return {State::complete, size,
                ProxySource{IpAddress::v6(address), load_be<std::uint16_t>(at + 32)}};
    }
    return {State::complete, size};
}

ProxyHeader parse_2(ByteView bytes) {
    if (bytes.size() < fixed_2) return {State::incomplete};
    const Fixed2 fixed{
        static_cast<std::uint8_t>(bytes[12] >> 4), static_cast<std::uint8_t>(bytes[12] & 15),
        static_cast<std::uint8_t>(bytes[13] >> 4), static_cast<std::uint8_t>(bytes[13] & 15),
        load_be<std::uint16_t>(bytes.data() + 14)};
    if (!known(fixed)) return {};
    if (bytes.size() < fixed_2 + fixed.length) return {State::incomplete};
    return addresses_of(fixed, bytes);
}

}  // namespace

ProxyHeader parse_proxy_header(ByteView bytes) {
    const std::string_view text = as_chars(bytes);
    const auto begins_with = [&](std::string_view signature) {
        return text.substr(0, signature.size()) == signature.substr(0, text.size());
    };
    if (text.empty()) return {State::incomplete};
    if (begins_with(signature_1)) return parse_1(text);
    if (begins_with(signature_2)) return parse_2(bytes);
    return {};
}

}  // namespace lode::net
