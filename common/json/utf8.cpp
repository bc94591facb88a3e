// UTF-8 checks; the fast path skips eight ASCII bytes at a time, as templates are all ASCII.
#include "common/json/utf8.hpp"

#include <cstdint>
#include <cstring>

namespace lode::json {

namespace {

bool continues(std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<std::uint8_t>(text[at]) & 0xc0) == 0x80;
}

// The allowed second bytes are narrower than 80..BF after E0, ED, F0 and F4 (RFC 3629 section 4).
bool second_byte_allowed(std::uint8_t first, std::uint8_t second) {
    switch (first) {
        case 0xe0:
            return second >= 0xa0;
        case 0xed:
            return second <= 0x9f;
        case 0xf0:
            return second >= 0x90;
        case 0xf4:
            return second <= 0x8f;
        default:
            return true;
    }
}

}  // namespace

std::size_t utf8_length(std::string_view text) {
    const auto first = static_cast<std::uint8_t>(text.front());
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    for (std::size_t i = 1; i < length; ++i) {
        if (!continues(text, i)) return 0;
    }
    return second_byte_allowed(first, static_cast<std::uint8_t>(text[1])) ? length : 0;
}

bool valid_utf8(std::string_view text) {
    while (!text.empty()) {
        while (text.size() >= 8) {
            std::uint64_t eight = 0;
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080U) != 0) break;
            text.remove_prefix(8);
        }
        if (text.empty()) return true;
        const std::size_t length = utf8_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace lode::json
