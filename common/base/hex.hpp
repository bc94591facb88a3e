// Hexadecimal text, lower case out, either case in.
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode {

[[nodiscard]] std::string to_hex(ByteView bytes);

// Fails (malformed) on an odd length or a character that is no hex digit.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

// As from_hex into a place of known size; the text must hold exactly 2 * out.size() digits.
[[nodiscard]] bool decode_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace lode
