// Base58 with Bitcoin's checksum of four bytes.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::bitcoin {

// At most 128 characters: the cost grows with the square of the length.
[[nodiscard]] Result<Bytes> decode_base58(std::string_view text);
[[nodiscard]] std::string encode_base58(ByteView bytes);

// With the first four bytes of sha256d behind the payload.
[[nodiscard]] Result<Bytes> decode_base58check(std::string_view text);
[[nodiscard]] std::string encode_base58check(ByteView payload);

}  // namespace lode::bitcoin
