// Amounts within the coin's limits.
#include "common/bitcoin/amount.hpp"

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

Satoshi block_subsidy(std::uint32_t height, std::uint32_t interval) {
    LODE_ASSERT(interval > 0);
    const std::uint32_t halvings = height / interval;
    // A shift by the width of the type has no meaning; the subsidy is zero from 33 halvings on.
    return halvings >= 63 ? Satoshi(0) : Satoshi((50LL * 100'000'000LL) >> halvings);
}

}  // namespace lode::bitcoin
