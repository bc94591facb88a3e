// Four characters to three bytes.
#include "common/base/base64.hpp"

namespace lode {
namespace {

// The six bits a character stands for, or -1.
constexpr int sextet(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

auto malformed() {
    return failure(ErrorCode::malformed, "this is not base64");
}

}  // namespace

Result<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return malformed();
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
        ++padding;
    }
    Bytes bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int held = 0;  // bits that are not yet a byte
    for (const char c : text.substr(0, text.size() - padding)) {
        const int six = sextet(c);
        if (six < 0) return malformed();
        bits = (bits << 6 | static_cast<std::uint32_t>(six)) & 0xffff;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes.push_back(static_cast<std::uint8_t>(bits >> held));
    }
    const std::uint32_t left = bits & ((1U << held) - 1);
    if (left != 0) return malformed();
    return bytes;
}

}  // namespace lode
