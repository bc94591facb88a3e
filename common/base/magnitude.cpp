// Works on the digits, so that no number is too large.
#include "common/base/magnitude.hpp"

#include <algorithm>

#include "common/base/assert.hpp"

namespace lode {

Magnitude magnitude_of(std::string_view number, std::size_t thousands_max) {
    LODE_ASSERT(!number.empty());
    const std::size_t thousands = std::min((number.size() - 1) / 3, thousands_max);
    const std::size_t whole = number.size() - 3 * thousands;
    std::string digits(number.substr(0, whole));
    if (thousands > 0 && whole < 3) digits += "." + std::string(number.substr(whole, 3 - whole));
    return {std::move(digits), thousands};
}

}  // namespace lode
