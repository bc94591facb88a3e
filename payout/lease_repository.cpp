// The statements behind the lease.
#include "payout/lease_repository.hpp"

namespace lode::payout {

Result<std::optional<LeaseRow>> LeaseRepository::read() {
    LODE_TRY(const auto rows, db_.query("SELECT holder, fence, renewed_unix_ms, released_unix_ms "
                                        "FROM lease WHERE name = ?",
                                        {name_}));
    if (rows.empty()) return std::optional<LeaseRow>();
    const db::Row& row = rows.front();
    return std::optional(LeaseRow{row.text(0), row.integer(1), row.integer(2), row.integer(3)});
}

Result<LeaseRepository::Outcome> LeaseRepository::change(const LeaseChange& change) {
    const LeaseRow& to = change.to;
    if (!change.from) {
        const auto inserted = db_.execute(
            "INSERT INTO lease (name, holder, fence, renewed_unix_ms, released_unix_ms) "
            "VALUES (?, ?, ?, ?, ?)",
            {name_, to.holder, to.fence, to.renewed_unix_ms, to.released_unix_ms});
        if (!inserted && inserted.error().code == ErrorCode::conflict) return Outcome::lost_race;
        LODE_TRY_VOID(inserted);
        return Outcome::made;
    }
    const LeaseRow& from = *change.from;
    LODE_TRY(const auto changed,
             db_.execute("UPDATE lease SET holder = ?, fence = ?, renewed_unix_ms = ?, "
                         "released_unix_ms = ? WHERE name = ? AND holder = ? AND fence = ? "
                         "AND renewed_unix_ms = ? AND released_unix_ms = ?",
                         {to.holder, to.fence, to.renewed_unix_ms, to.released_unix_ms, name_,
                          from.holder, from.fence, from.renewed_unix_ms, from.released_unix_ms}));
    return changed == 1 ? Outcome::made : Outcome::lost_race;
}

}  // namespace lode::payout
