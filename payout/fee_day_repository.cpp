// The statements behind frozen days.
#include "payout/fee_day_repository.hpp"

namespace lode::payout {

Result<std::optional<UnixTime>> FeeDayRepository::next(UnixTime now) {
    LODE_TRY(const auto chosen, db_.query("SELECT MIN(effective_unix_ms) FROM user_scheme WHERE "
                                          "chain = ? AND scheme = 'fpps'",
                                          {chain_}));
    if (chosen.front().is_null(0)) return std::optional<UnixTime>();
    LODE_TRY(const auto last,
             db_.query("SELECT MAX(day_unix_ms) FROM fee_day WHERE chain = ?", {chain_}));
    constexpr auto day = std::chrono::hours(24);
    const UnixTime next = last.front().is_null(0) ? from_unix_ms(chosen.front().integer(0))
                                                  : from_unix_ms(last.front().integer(0)) + day;
    return next + day <= now ? std::optional(next) : std::nullopt;
}

Result<void> FeeDayRepository::freeze(UnixTime day, const FeeDay& fees, const Fence& fence,
                                      UnixTime now) {
    return db_.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(LedgerRepository(db_, chain_).hold(fence, now));
        LODE_TRY(const auto before, db_.query("SELECT blocks FROM fee_day WHERE chain = ? AND "
                                              "day_unix_ms = ?",
                                              {chain_, to_unix_ms(day)}));
        if (!before.empty()) return success();
        LODE_TRY_VOID(db_.execute(
            "INSERT INTO fee_day (chain, day_unix_ms, blocks, fees, subsidies, frozen_unix_ms) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            {chain_, to_unix_ms(day), std::int64_t{fees.blocks}, fees.fees.value(),
             fees.subsidies.value(), to_unix_ms(now)}));
        return success();
    });
}

}  // namespace lode::payout
