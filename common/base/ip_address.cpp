// Text of addresses and ranges, and the arithmetic of prefixes.
#include "common/base/ip_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace lode {
namespace {

constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

auto no_address(std::string_view text) {
    return failure(ErrorCode::malformed,
                   "\"" + std::string(text) + "\" is no IPv4 or IPv6 address");
}

auto no_range(std::string_view text) {
    return failure(ErrorCode::malformed,
                   "\"" + std::string(text) +
                       "\" is no address and no range such as 10.0.0.0/8 or 2001:db8::/32");
}

}  // namespace

IpAddress IpAddress::v4(std::span<const std::uint8_t, 4> bytes) {
    IpAddress address;
    std::ranges::copy(mapped, address.bytes_.begin());
    std::ranges::copy(bytes, address.bytes_.begin() + mapped.size());
    return address;
}

IpAddress IpAddress::v6(std::span<const std::uint8_t, 16> bytes) {
    IpAddress address;
    std::ranges::copy(bytes, address.bytes_.begin());
    return address;
}

Result<IpAddress> IpAddress::parse(std::string_view text) {
    // inet_pton stops at a zero byte.
    if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return no_address(text);
    const std::string ended(text);
    std::array<std::uint8_t, 4> four{};
    if (::inet_pton(AF_INET, ended.c_str(), four.data()) == 1) return v4(four);
    std::array<std::uint8_t, 16> six{};
    if (::inet_pton(AF_INET6, ended.c_str(), six.data()) == 1) return v6(six);
    return no_address(text);
}

bool IpAddress::is_v4() const {
    return std::equal(mapped.begin(), mapped.end(), bytes_.begin());
}

std::string IpAddress::text() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (is_v4()) {
        ::inet_ntop(AF_INET, bytes_.data() + mapped.size(), text, sizeof text);
    } else {
        ::inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
    }
    return text;
}

IpAddress IpAddress::truncated(unsigned kept) const {
    IpAddress address;
    for (unsigned i = 0; i < bytes_.size() && 8 * i < kept; ++i) {
        const unsigned here = std::min(8u, kept - 8 * i);
        address.bytes_[i] = static_cast<std::uint8_t>(bytes_[i] & (0xff00u >> here));
    }
    return address;
}

Result<AddressRange> AddressRange::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto first = IpAddress::parse(text.substr(0, slash));
    if (!first) return no_range(text);
    unsigned prefix = IpAddress::bits;
    if (slash != text.npos) {
        const bool v4 = text.find(':') == text.npos;
        const std::string_view number = text.substr(slash + 1);
        const unsigned before = v4 ? IpAddress::v4_prefix : 0;
        const auto [end, error] =
            std::from_chars(number.data(), number.data() + number.size(), prefix);
        if (error != std::errc() || end != number.data() + number.size() ||
            prefix > IpAddress::bits - before) {
            return no_range(text);
        }
        prefix += before;
    }
    if (first.value().truncated(prefix) != first.value()) {
        return failure(ErrorCode::malformed, "\"" + std::string(text) +
                                                 "\" has bits behind its prefix: an address, or a "
                                                 "range with zeros there");
    }
    return AddressRange(first.value(), prefix);
}

bool AddressRange::contains(const IpAddress& address) const {
    return address.truncated(prefix_) == first_;
}

std::string AddressRange::text() const {
    if (prefix_ == IpAddress::bits) return first_.text();
    const unsigned shown = first_.is_v4() ? prefix_ - IpAddress::v4_prefix : prefix_;
    return first_.text() + "/" + std::to_string(shown);
}

bool contains(std::span<const AddressRange> ranges, const IpAddress& address) {
    return std::ranges::any_of(ranges,
                               [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace lode
