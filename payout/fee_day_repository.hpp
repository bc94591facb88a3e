// Days whose fees are frozen, as rows.
#pragma once

#include <optional>
#include <string>

#include "common/db/db.hpp"
#include "payout/ledger/ledger_repository.hpp"
#include "payout/scheme/pps.hpp"

namespace lode::payout {

class FeeDayRepository {
  public:
    // The connection outlives it.
    FeeDayRepository(db::Connection& connection, std::string chain)
        : db_(connection), chain_(std::move(chain)) {}

    // The day behind the last one that is frozen, else the first on which a user is paid by FPPS.
    // Nothing while nobody has chosen it, or while the day is not over at `now`.
    [[nodiscard]] Result<std::optional<UnixTime>> next(UnixTime now);
    // Under the lease; a day that is frozen stays as it is.
    [[nodiscard]] Result<void> freeze(UnixTime day, const FeeDay& fees, const Fence& fence,
                                      UnixTime now);

  private:
    db::Connection& db_;
    std::string chain_;
};

}  // namespace lode::payout
