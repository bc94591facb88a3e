// Bytes that nobody can guess, for tokens, keys and nonces; and how such are compared.
#pragma once

#include "common/base/bytes.hpp"

namespace lode {

// From the system's own source; waits for it only right after the machine has started.
[[nodiscard]] Bytes random_bytes(std::size_t count);

// The time this takes tells only whether the lengths differ.
[[nodiscard]] inline bool equal_in_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
    return difference == 0;
}

}  // namespace lode
