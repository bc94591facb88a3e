// HMAC (RFC 2104) with SHA-256.
#pragma once

#include "common/bitcoin/hash256.hpp"

namespace lode::statshttpd {

// Keys of at most 64 bytes.
[[nodiscard]] bitcoin::Hash256 hmac_sha256(ByteView key, ByteView message);

}  // namespace lode::statshttpd
