// Base conversion by long multiplication and division; leading zero bytes are leading ones.
#include "common/bitcoin/base58.hpp"

#include <algorithm>

#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {
namespace {

constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t text_size_max = 128;
constexpr std::size_t checksum_size = 4;

// number = number * from + digit, the number being its digits of base `to`, lowest first.
void multiply_add(Bytes& number, unsigned from, unsigned to, unsigned digit) {
    unsigned carry = digit;
    for (std::uint8_t& each : number) {
        carry += each * from;
        each = static_cast<std::uint8_t>(carry % to);
        carry /= to;
    }
    for (; carry > 0; carry /= to) number.push_back(static_cast<std::uint8_t>(carry % to));
}

}  // namespace

Result<Bytes> decode_base58(std::string_view text) {
    if (text.size() > text_size_max) {
        return failure(ErrorCode::malformed, "is over 128 characters");
    }
    Bytes number;
    for (const char c : text) {
        const std::size_t digit = alphabet.find(c);
        if (digit == std::string_view::npos) {
            return failure(ErrorCode::malformed, "has a character that base58 does not use");
        }
        multiply_add(number, 58, 256, static_cast<unsigned>(digit));
    }
    const std::size_t zeros = std::min(text.size(), text.find_first_not_of(alphabet[0]));
    number.resize(number.size() + zeros);
    std::ranges::reverse(number);
    return number;
}

std::string encode_base58(ByteView bytes) {
    Bytes number;
    for (const std::uint8_t byte : bytes) multiply_add(number, 256, 58, byte);
    const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
    const auto first = std::ranges::find_if_not(bytes, is_zero);
    std::string text(static_cast<std::size_t>(first - bytes.begin()), alphabet[0]);
    for (auto digit = number.rbegin(); digit != number.rend(); ++digit) text += alphabet[*digit];
    return text;
}

Result<Bytes> decode_base58check(std::string_view text) {
    LODE_TRY(auto bytes, decode_base58(text));
    if (bytes.size() < checksum_size) return failure(ErrorCode::malformed, "is too short");
    const ByteView payload = ByteView(bytes).first(bytes.size() - checksum_size);
    const Hash256 check = sha256d(payload);
    if (!std::equal(payload.end(), ByteView(bytes).end(), check.bytes.begin())) {
        return failure(ErrorCode::malformed, "has a wrong checksum");
    }
    bytes.resize(payload.size());
    return bytes;
}

std::string encode_base58check(ByteView payload) {
    Bytes bytes = to_bytes(payload);
    append(bytes, sha256d(payload).view().first(checksum_size));
    return encode_base58(bytes);
}

}  // namespace lode::bitcoin
