// Amounts within the coin's limits.
#include "common/bitcoin/amount.hpp"

#include <charconv>
#include <string>

#include "common/base/assert.hpp"

namespace lode::bitcoin {

Result<Satoshi> checked_amount(std::int64_t value) {
    if (value < 0 || value > money_max.value()) {
        return failure(ErrorCode::malformed,
                       "amount " + std::to_string(value) + " is not in 0 … 2100000000000000");
    }
    return Satoshi(value);
}

Result<Satoshi> add(Satoshi a, Satoshi b) {
    LODE_TRY_VOID(checked_amount(a.value()));
    LODE_TRY_VOID(checked_amount(b.value()));
    return checked_amount(a.value() + b.value());
}

Result<Satoshi> subtract(Satoshi a, Satoshi b) {
    LODE_TRY_VOID(checked_amount(a.value()));
    LODE_TRY_VOID(checked_amount(b.value()));
    return checked_amount(a.value() - b.value());
}

Result<Satoshi> satoshi_from_coins(std::string_view decimal) {
    constexpr std::size_t places = 8;
    constexpr std::size_t digits_max = 8 + places;  // 21 million coins
    const auto malformed = [&] {
        return failure(ErrorCode::malformed, "no amount of coins: " + std::string(decimal));
    };
    const std::size_t point = decimal.find('.');
    const std::string_view whole = decimal.substr(0, point);
    const std::string_view part =
        point == decimal.npos ? std::string_view("0") : decimal.substr(point + 1);
    if (whole.empty() || part.empty() || part.size() > places) return malformed();
    std::string digits(whole);
    digits.append(part).append(places - part.size(), '0');
    std::int64_t amount = 0;
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, amount);
    if (digits.size() > digits_max || digits.front() == '-' || parsed.ec != std::errc() ||
        parsed.ptr != end) {
        return malformed();
    }
    return checked_amount(amount);
}

Satoshi block_subsidy(std::uint32_t height, std::uint32_t interval) {
    LODE_ASSERT(interval > 0);
    const std::uint32_t halvings = height / interval;
    // A shift by the width of the type has no meaning; the subsidy is zero from 33 halvings on.
    return halvings >= 63 ? Satoshi(0) : Satoshi((50LL * 100'000'000LL) >> halvings);
}

}  // namespace lode::bitcoin
