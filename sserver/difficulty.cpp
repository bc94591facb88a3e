// The table of the 96 difficulties there are.
#include "sserver/difficulty.hpp"

#include <array>
#include <charconv>
#include <string>

#include "common/base/assert.hpp"

namespace lode::sserver {
namespace {

constexpr std::size_t exponents_count = exponent_max - exponent_min + 1;

std::array<ShareTarget, exponents_count> make_table() {
    std::array<ShareTarget, exponents_count> table;
    for (std::size_t i = 0; i < exponents_count; ++i) {
        table[i].target = bitcoin::target_for_power_of_two(exponent_min + static_cast<int>(i));
        table[i].work = bitcoin::work_of_target(table[i].target);
    }
    return table;
}

}  // namespace

const ShareTarget& share_target(int exponent) {
    static const auto table = make_table();
    LODE_ASSERT(exponent >= exponent_min && exponent <= exponent_max);
    return table[static_cast<std::size_t>(exponent - exponent_min)];
}

int exponent_not_above(const bitcoin::Uint256& target) {
    int exponent = exponent_max;
    while (exponent > exponent_min && share_target(exponent).target < target) --exponent;
    return exponent;
}

int exponent_not_below(const bitcoin::Uint256& target) {
    int exponent = exponent_min;
    while (exponent < exponent_max && share_target(exponent).target > target) ++exponent;
    return exponent;
}

Result<int> parse_exponent(std::string_view text) {
    const auto refusal = [] {
        return failure(ErrorCode::malformed,
                       "a difficulty is a power of two from 2^-32 to 2^63, written 1024, 0.5 or "
                       "2^-10");
    };
    if (text.starts_with("2^")) {
        int exponent = 0;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data() + 2, end, exponent);
        const bool good = error == std::errc() && rest == end && exponent >= exponent_min &&
                          exponent <= exponent_max;
        if (!good) return refusal();
        return exponent;
    }
    const auto difficulty = bitcoin::parse_difficulty(text);
    if (!difficulty) return refusal();
    const auto target = bitcoin::target_of_difficulty(difficulty.value());
    const int exponent = exponent_not_above(target);
    if (share_target(exponent).target != target) return refusal();
    return exponent;
}

}  // namespace lode::sserver
