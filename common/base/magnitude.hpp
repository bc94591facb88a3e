// Large whole numbers for people: three digits and how many thousands were taken out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lode {

// "1234567" is "1.23" and 2; below a thousand the number itself and 0. Rounded down.
struct Magnitude {
    std::string digits;
    std::size_t thousands = 0;  // at most `thousands_max`; the digits are more than three then
};

// `number`: decimal digits, at least one.
[[nodiscard]] Magnitude magnitude_of(std::string_view number, std::size_t thousands_max);

}  // namespace lode
