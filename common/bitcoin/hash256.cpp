// The only place where the bytes of a hash are reversed.
#include "common/bitcoin/hash256.hpp"

#include <algorithm>

#include "common/base/hex.hpp"

namespace lode::bitcoin {

std::string to_display_hex(const Hash256& hash) {
    auto reversed = hash.bytes;
    std::ranges::reverse(reversed);
    return to_hex(reversed);
}

Result<Hash256> from_display_hex(std::string_view text) {
    Hash256 hash;
    if (!decode_hex(text, hash.bytes)) {
        return failure(ErrorCode::malformed, "a hash is 64 hexadecimal digits");
    }
    std::ranges::reverse(hash.bytes);
    return hash;
}

Result<Hash256> hash256_from_bytes(ByteView bytes) {
    Hash256 hash;
    if (bytes.size() != hash.bytes.size()) {
        return failure(ErrorCode::malformed,
                       "a hash is 32 bytes, not " + std::to_string(bytes.size()));
    }
    std::ranges::copy(bytes, hash.bytes.begin());
    return hash;
}

}  // namespace lode::bitcoin
