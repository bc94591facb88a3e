// UTF-8 as RFC 3629 allows it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace lode::json {

// Bytes of the well-formed character that `text` (not empty) begins with, or 0.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace lode::json
