// x = k ln 2 + r with 0 <= r < ln 2, so that e^-x = e^-r / 2^k; e^-r by its series.
#include "payout/scheme/exp_minus.hpp"

namespace lode::payout {
namespace {

constexpr unsigned fraction = 64;
constexpr unsigned working = 120;  // fraction bits inside: 56 more than are given out
constexpr Uint128 one = Uint128{1} << working;
// floor(ln 2 * 2^120). What it lacks counts k times, and k is below 65: less than 2^-113.
constexpr Uint128 ln2 = (Uint128{0x00b17217f7d1cf79} << 64) | 0xabc9e3b39803f2f6;
// From here on e^-x is below 2^-64, that is zero: 64 * ln 2 = 44.36….
constexpr Uint128 vanishing = Uint128{45} << fraction;
// (ln 2)^31 / 31! is below 2^-128.
constexpr unsigned terms = 31;

// Both up to one.
Uint128 multiply_fixed(Uint128 a, Uint128 b) {
    return narrow(product(a, b) >> working);
}

}  // namespace

Uint128 exp_minus(Uint128 x) {
    if (x >= vanishing) return 0;
    const Uint128 exact = x << (working - fraction);  // 45 * 2^120 < 2^126
    const auto halvings = static_cast<unsigned>(exact / ln2);
    const Uint128 rest = exact % ln2;
    // 1 - r (1 - r/2 (1 - r/3 (…))): each step's rounding is below 2^-119 and multiplied by r < 0.7
    // at every later one, so that all of them are below 2^-117.
    Uint128 sum = one;
    for (unsigned n = terms; n > 0; --n) sum = one - multiply_fixed(rest, sum) / n;
    return sum >> (working - fraction + halvings);
}

}  // namespace lode::payout
