// Base64 from outside (RFC 4648, padded).
#pragma once

#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode {

// Malformed unless it is the one text that stands for these bytes: the standard alphabet, whole
// groups of four, padding where it belongs and no bits set behind the last byte.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

}  // namespace lode
