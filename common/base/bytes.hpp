// Bytes and views of bytes, and the fixed-width little- and big-endian integers in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lode {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

[[nodiscard]] inline std::string_view as_chars(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

inline void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

// Unsigned integers of any width in stated byte order; `at` must hold sizeof(T) bytes.
template <class T>
constexpr void store_le(std::uint8_t* at, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        at[i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
}

template <class T>
constexpr void store_be(std::uint8_t* at, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        at[i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
    }
}

template <class T>
[[nodiscard]] constexpr T load_le(const std::uint8_t* at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>(value | static_cast<T>(static_cast<T>(at[i]) << (8 * i)));
    }
    return value;
}

template <class T>
[[nodiscard]] constexpr T load_be(const std::uint8_t* at) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value = static_cast<T>(
            (sizeof(T) > 1 ? static_cast<T>(value << (8 % (8 * sizeof(T)))) : T{0}) | at[i]);
    }
    return value;
}

template <class T>
void append_le(Bytes& to, T value) {
    std::uint8_t raw[sizeof(T)];
    store_le(raw, value);
    append(to, raw);
}

template <class T>
void append_be(Bytes& to, T value) {
    std::uint8_t raw[sizeof(T)];
    store_be(raw, value);
    append(to, raw);
}

}  // namespace lode
