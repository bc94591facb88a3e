// A 32-byte hash in internal order: the byte order of block headers and transactions, which is
// little-endian where the hash is taken for a number. People, JSON and logs see it reversed, and
// to_display_hex and from_display_hex are the only functions that reverse.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::bitcoin {

struct Hash256 {
    std::array<std::uint8_t, 32> bytes{};

    [[nodiscard]] ByteView view() const { return bytes; }

    // Orders by bytes, for containers; the order by number is Uint256's.
    friend constexpr auto operator<=>(const Hash256&, const Hash256&) = default;
};
static_assert(sizeof(Hash256) == 32, "Hash256 is read from and written to the wire as it is");

[[nodiscard]] std::string to_display_hex(const Hash256& hash);

// Exactly 64 hexadecimal digits, most significant byte first.
[[nodiscard]] Result<Hash256> from_display_hex(std::string_view text);

// Exactly 32 bytes in internal order.
[[nodiscard]] Result<Hash256> hash256_from_bytes(ByteView bytes);

}  // namespace lode::bitcoin

template <>
struct std::hash<lode::bitcoin::Hash256> {
    std::size_t operator()(const lode::bitcoin::Hash256& value) const noexcept {
        // The first bytes are the low end of the number: no proof of work makes them zero.
        return lode::load_le<std::size_t>(value.bytes.data());
    }
};
