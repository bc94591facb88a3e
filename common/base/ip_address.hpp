// Addresses of the Internet and ranges of them, as values: no socket is involved.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode {

// IPv4 or IPv6. IPv4 is kept as IPv6 writes it, ::ffff:1.2.3.4, so that one client has one address
// however it is told. A default one is "::", which is nobody's.
class IpAddress {
  public:
    static constexpr unsigned bits = 128;
    static constexpr unsigned v4_prefix = 96;  // bits before an IPv4 address

    IpAddress() = default;
    [[nodiscard]] static IpAddress v4(std::span<const std::uint8_t, 4> bytes);
    [[nodiscard]] static IpAddress v6(std::span<const std::uint8_t, 16> bytes);
    // "192.0.2.1", "2001:db8::1"; neither brackets nor a zone. Malformed otherwise.
    [[nodiscard]] static Result<IpAddress> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const;
    // Network byte order.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    // As parse() takes it; IPv4 with dots.
    [[nodiscard]] std::string text() const;

    // Only the first `kept` of the 128 bits, the others zero.
    [[nodiscard]] IpAddress truncated(unsigned kept) const;
    // What one customer of a network is given: an IPv4 address whole, IPv6's first 64 bits. Limits
    // count these, because anyone has 2^64 IPv6 addresses.
    [[nodiscard]] IpAddress site() const { return is_v4() ? *this : truncated(64); }

    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

  private:
    std::array<std::uint8_t, 16> bytes_{};
};

// All addresses that begin with the same bits.
class AddressRange {
  public:
    // "10.0.0.0/8", "2001:db8::/32", or one address. Malformed, too, when bits are set behind
    // the prefix: it is not clear then what was meant.
    [[nodiscard]] static Result<AddressRange> parse(std::string_view text);

    [[nodiscard]] bool contains(const IpAddress& address) const;
    // As parse() takes it, without the prefix when it is one address.
    [[nodiscard]] std::string text() const;

    friend bool operator==(const AddressRange&, const AddressRange&) = default;

  private:
    AddressRange(const IpAddress& first, unsigned prefix) : first_(first), prefix_(prefix) {}
    IpAddress first_;
    unsigned prefix_;  // of the 128 bits
};

[[nodiscard]] bool contains(std::span<const AddressRange> ranges, const IpAddress& address);

}  // namespace lode

template <>
struct std::hash<lode::IpAddress> {
    std::size_t operator()(const lode::IpAddress& address) const noexcept {
        return std::hash<std::string_view>{}(lode::as_chars(address.bytes()));
    }
};
