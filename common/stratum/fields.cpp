// Hexadecimal and decimal texts of the wire.
#include "common/stratum/fields.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/assert.hpp"
#include "common/base/hex.hpp"

namespace lode::stratum {

namespace {

template <class Integer>
std::optional<Integer> hex_number(std::string_view text) {
    if (text.empty() || text.size() > 2 * sizeof(Integer)) return std::nullopt;
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bitcoin::Hash256 swap_words(bitcoin::Hash256 hash) {
    for (auto word = hash.bytes.begin(); word != hash.bytes.end(); word += 4) {
        std::reverse(word, word + 4);
    }
    return hash;
}

// Adds one to the last place of a decimal; "9.9" becomes "10.0".
std::string one_up(std::string decimal) {
    for (std::size_t i = decimal.size(); i-- > 0;) {
        if (decimal[i] == '.') continue;
        if (decimal[i] != '9') {
            ++decimal[i];
            return decimal;
        }
        decimal[i] = '0';
    }
    return '1' + decimal;
}

// At most `places` digits after the point, rounded up.
std::string at_most_places(std::string decimal, std::size_t places) {
    const std::size_t dot = decimal.find('.');
    if (dot == std::string::npos || decimal.size() - dot - 1 <= places) return decimal;
    decimal.resize(places == 0 ? dot : dot + 1 + places);
    return one_up(std::move(decimal));
}

}  // namespace

ShortBytes::ShortBytes(ByteView bytes) : size_(bytes.size()) {
    LODE_ASSERT(bytes.size() <= capacity);
    std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

std::optional<ShortBytes> short_bytes_from_hex(std::string_view text) {
    std::array<std::uint8_t, ShortBytes::capacity> raw{};
    if (text.size() > 2 * raw.size()) return std::nullopt;
    const std::span<std::uint8_t> used(raw.data(), text.size() / 2);
    if (!decode_hex(text, used)) return std::nullopt;
    return ShortBytes(used);
}

std::string hex32(std::uint32_t value) {
    std::array<std::uint8_t, 4> raw{};
    store_be(raw.data(), value);
    return to_hex(raw);
}

std::optional<std::uint32_t> parse_hex32(std::string_view text) {
    return hex_number<std::uint32_t>(text);
}

std::string job_id_text(JobId id) {
    std::array<char, 16> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), id.value(), 16).ptr;
    return {digits.data(), end};
}

std::optional<JobId> parse_job_id(std::string_view text) {
    const auto number = hex_number<std::uint64_t>(text);
    if (!number) return std::nullopt;
    return JobId(*number);
}

std::string prev_hash_text(const bitcoin::Hash256& hash) {
    return to_hex(swap_words(hash).bytes);
}

std::optional<bitcoin::Hash256> parse_prev_hash(std::string_view text) {
    bitcoin::Hash256 swapped;
    if (!decode_hex(text, swapped.bytes)) return std::nullopt;
    return swap_words(swapped);
}

bitcoin::Difficulty power_of_two(int exponent) {
    LODE_ASSERT(exponent >= -63 && exponent <= 63);
    if (exponent >= 0) return {std::uint64_t{1} << exponent, 1};
    return {1, std::uint64_t{1} << -exponent};
}

std::string difficulty_decimal(const bitcoin::Difficulty& difficulty) {
    LODE_ASSERT(difficulty.denominator != 0);
    constexpr std::size_t places_max = 64;
    std::string text = std::to_string(difficulty.numerator / difficulty.denominator);
    std::uint64_t rest = difficulty.numerator % difficulty.denominator;
    if (rest != 0) text += '.';
    for (std::size_t place = 0; rest != 0 && place < places_max; ++place) {
        // Long division; the product by ten needs up to four bits more than 64.
        __extension__ using Wide = unsigned __int128;
        const Wide shifted = Wide{rest} * 10;
        text += static_cast<char>('0' + static_cast<int>(shifted / difficulty.denominator));
        rest = static_cast<std::uint64_t>(shifted % difficulty.denominator);
    }
    return text;
}

Result<bitcoin::Difficulty> parse_difficulty_value(const json::Value& value) {
    std::optional<std::string> decimal = value.decimal_text();
    if (!decimal && value.is_string()) {
        const auto document = json::Document::parse(*value.string(), {.max_depth = 1});
        if (document) decimal = document.value().root().decimal_text();
    }
    if (!decimal) return failure(ErrorCode::malformed, "the difficulty is not a decimal number");
    // What bitcoin::parse_difficulty takes: 19 digits in all, 18 of them after the point.
    const std::size_t whole = std::min(decimal->find('.'), decimal->size());
    const std::size_t places = std::min<std::size_t>(18, whole < 19 ? 19 - whole : 0);
    return bitcoin::parse_difficulty(at_most_places(std::move(*decimal), places));
}

}  // namespace lode::stratum
