// Random cases of money, seeded: small and large values, equal ones, and none.
#pragma once

#include <random>
#include <vector>

#include "payout/scheme/credit.hpp"

namespace lode::payout::cases {

// How many cases each exact property is shown for.
inline constexpr int exact_cases = 20'000;

using Random = std::mt19937_64;

inline std::uint64_t below(Random& random, std::uint64_t limit) {
    return std::uniform_int_distribution<std::uint64_t>(0, limit - 1)(random);
}
// Of any bit length up to `bits`, so that small and large values both come.
inline Uint128 any_number(Random& random, unsigned bits) {
    const Uint128 full = (Uint128{random()} << 64) | random();
    return full >> (128 - bits + below(random, bits));
}
inline Satoshi any_amount(Random& random) {
    const auto value = static_cast<std::int64_t>(any_number(random, 51));
    return Satoshi(std::min(value, bitcoin::money_max.value()));
}
inline Ppm any_rate(Random& random) {
    return Ppm(static_cast<std::uint32_t>(below(random, 3) == 0 ? 0 : below(random, parts)));
}
// Up to `count` holders, some users under two schemes; schemes below `schemes`.
inline Weights any_weights(Random& random, std::uint64_t count, std::uint64_t schemes) {
    Weights out;
    const auto bits = static_cast<unsigned>(1 + below(random, 80));
    for (std::uint64_t user = 1; user <= count; ++user) {
        for (std::uint64_t scheme = 0; scheme < schemes; ++scheme) {
            if (below(random, 2 * schemes) > 2) continue;
            const Uint128 weight = any_number(random, bits);
            if (weight == 0) continue;
            const Holder holder{UserId(static_cast<std::int64_t>(user)),
                                static_cast<Scheme>(scheme)};
            out.of.push_back({holder, weight});
            out.whole += weight;
        }
    }
    return out;
}
// As DGM has them: some of the value is nobody's.
inline void leave_some(Random& random, Weights& weights) {
    weights.whole += any_number(random, 70);
}
inline Terms any_terms(Random& random) {
    Terms terms;
    terms.base_fee = any_rate(random);
    terms.finder_bonus = any_rate(random);
    std::uint32_t left = parts;
    for (int i = 0; i < 3 && left > 0; ++i) {
        const auto share = static_cast<std::uint32_t>(i == 2 ? left : below(random, left + 1));
        terms.recipients.push_back({"purse" + std::to_string(i), Ppm(share)});
        left -= share;
    }
    return terms;
}

}  // namespace lode::payout::cases
