// RIPEMD-160 of SHA-256: what addresses know of a key or a script.
#pragma once

#include "common/bitcoin/script.hpp"

namespace lode::bitcoin {

[[nodiscard]] Hash160 hash160(ByteView bytes);

}  // namespace lode::bitcoin
