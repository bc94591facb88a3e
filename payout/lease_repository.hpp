// The lease's row.
#pragma once

#include <optional>
#include <string>

#include "common/db/db.hpp"
#include "payout/lease.hpp"

namespace lode::payout {

class LeaseRepository {
  public:
    // The connection outlives it.
    LeaseRepository(db::Connection& connection, const std::string& chain)
        : db_(connection), name_("payout/" + chain) {}

    [[nodiscard]] Result<std::optional<LeaseRow>> read();
    enum class Outcome : std::uint8_t { lost_race, made };
    [[nodiscard]] Result<Outcome> change(const LeaseChange& change);

  private:
    db::Connection& db_;
    std::string name_;
};

}  // namespace lode::payout
