// Table-driven hexadecimal, used on every submit and every template transaction.
#include "common/base/hex.hpp"

#include <array>

namespace lode {
namespace {

constexpr std::array<int, 256> make_digits() {
    std::array<int, 256> digits{};
    digits.fill(-1);
    for (int i = 0; i < 10; ++i) digits[static_cast<std::uint8_t>('0' + i)] = i;
    for (int i = 0; i < 6; ++i) {
        digits[static_cast<std::uint8_t>('a' + i)] = 10 + i;
        digits[static_cast<std::uint8_t>('A' + i)] = 10 + i;
    }
    return digits;
}

constexpr auto digits = make_digits();
constexpr std::string_view letters = "0123456789abcdef";

}  // namespace

std::string to_hex(ByteView bytes) {
    std::string text(bytes.size() * 2, '0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text[2 * i] = letters[bytes[i] >> 4];
        text[2 * i + 1] = letters[bytes[i] & 15];
    }
    return text;
}

bool decode_hex(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != out.size() * 2) return false;
    int bad = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = digits[static_cast<std::uint8_t>(text[2 * i])];
        const int low = digits[static_cast<std::uint8_t>(text[2 * i + 1])];
        bad |= high | low;
        out[i] = static_cast<std::uint8_t>((high << 4) | (low & 15));
    }
    return bad >= 0;
}

Result<Bytes> from_hex(std::string_view text) {
    Bytes bytes(text.size() / 2);
    if (!decode_hex(text, bytes)) {
        return failure(ErrorCode::malformed, "not hexadecimal text of whole bytes");
    }
    return bytes;
}

}  // namespace lode
