// The BCH code of BIP 173 over 5-bit values.
#include "common/bitcoin/bech32.hpp"

#include <algorithm>

namespace lode::bitcoin {
namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t text_size_max = 90;
constexpr std::size_t checksum_size = 6;

constexpr std::uint32_t checksum_constant(Bech32Form form) {
    return form == Bech32Form::bech32 ? 1 : 0x2bc830a3;
}

std::uint32_t polymod(ByteView values) {
    constexpr std::uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                            0x2a1462b3};
    std::uint32_t check = 1;
    for (const std::uint8_t value : values) {
        const std::uint32_t top = check >> 25;
        check = ((check & 0x1ffffff) << 5) ^ value;
        for (std::uint32_t i = 0; i < 5; ++i) {
            if (((top >> i) & 1) != 0) check ^= generator[i];
        }
    }
    return check;
}

Bytes expand_prefix(std::string_view prefix) {
    Bytes out;
    for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(c >> 5));
    out.push_back(0);
    for (const char c : prefix) out.push_back(static_cast<std::uint8_t>(c & 31));
    return out;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Printable, of one case, not too long; in lower case.
Result<std::string> checked_lower(std::string_view text) {
    if (text.size() > text_size_max) {
        return failure(ErrorCode::malformed, "is over 90 characters");
    }
    if (std::ranges::any_of(text, [](char c) { return c < 33 || c > 126; })) {
        return failure(ErrorCode::malformed, "has a character that is not printable");
    }
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    const bool has_upper = out != text;
    if (has_upper && std::ranges::any_of(text, [](char c) { return c >= 'a' && c <= 'z'; })) {
        return failure(ErrorCode::malformed, "mixes upper and lower case");
    }
    return out;
}

}  // namespace

Result<Bech32> decode_bech32(std::string_view text) {
    LODE_TRY(auto canonical, checked_lower(text));
    const std::size_t separator = canonical.rfind('1');
    if (separator == std::string::npos || separator == 0 ||
        canonical.size() - separator - 1 < checksum_size) {
        return failure(ErrorCode::malformed, "has no prefix or is too short");
    }
    Bech32 out;
    out.prefix = canonical.substr(0, separator);
    Bytes checked = expand_prefix(out.prefix);
    for (const char c : std::string_view(canonical).substr(separator + 1)) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) {
            return failure(ErrorCode::malformed, "has a character that bech32 does not use");
        }
        checked.push_back(static_cast<std::uint8_t>(value));
        out.values.push_back(static_cast<std::uint8_t>(value));
    }
    out.values.resize(out.values.size() - checksum_size);
    const std::uint32_t check = polymod(checked);
    if (check == checksum_constant(Bech32Form::bech32m)) {
        out.form = Bech32Form::bech32m;
    } else if (check != checksum_constant(Bech32Form::bech32)) {
        return failure(ErrorCode::malformed, "has a wrong checksum");
    }
    return out;
}

std::string encode_bech32(const Bech32& parts) {
    Bytes checked = expand_prefix(parts.prefix);
    append(checked, parts.values);
    checked.resize(checked.size() + checksum_size);
    const std::uint32_t check = polymod(checked) ^ checksum_constant(parts.form);
    std::string text = parts.prefix + '1';
    for (const std::uint8_t value : parts.values) text += alphabet[value];
    for (std::uint32_t i = 0; i < checksum_size; ++i) {
        text += alphabet[(check >> (5 * (5 - i))) & 31];
    }
    return text;
}

}  // namespace lode::bitcoin
