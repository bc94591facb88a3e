// The statements behind the lease.
#include "sserver/lease_repository.hpp"

#include <charconv>
#include <limits>

namespace lode::sserver {
namespace {

constexpr std::int64_t schema_needed = 2;
constexpr std::string_view prefix = "sserver/";

std::string name_of(std::uint16_t id) {
    return std::string(prefix) + std::to_string(id);
}

std::int64_t released_of(const LeaseRow& row) {
    return row.released ? to_unix_ms(*row.released) : 0;
}

Result<LeaseRow> read_row(const db::Row& row) {
    const std::string& name = row.text(0);
    LeaseRow lease{.holder = row.text(1), .renewed = from_unix_ms(row.integer(3))};
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + prefix.size(), end, lease.id);
    const std::int64_t fence = row.integer(2);
    // So that there are always enough above a row's.
    constexpr std::int64_t fence_max =
        std::numeric_limits<std::uint32_t>::max() - lease_epochs_unconfirmed;
    if (parsed.ec != std::errc() || parsed.ptr != end || lease.id > leased_id_max || fence < 0 ||
        fence >= fence_max) {
        return failure(ErrorCode::internal, "table lease: row " + name + " makes no sense");
    }
    lease.epoch = static_cast<std::uint32_t>(fence);
    if (const auto released = row.integer(4); released > 0) {
        lease.released = from_unix_ms(released);
    }
    return lease;
}

}  // namespace

Result<LeaseRepository> LeaseRepository::open(const config::DatabaseConfig& database,
                                              const std::string& folder) {
    LODE_TRY(auto connection, db::Connection::open(database, folder));
    LODE_TRY_VOID(db::need_schema(connection, schema_needed));
    return LeaseRepository(std::move(connection));
}

Result<std::vector<LeaseRow>> LeaseRepository::rows() {
    // No more than there are ids; names from "sserver/" up to what follows it.
    LODE_TRY(const auto found,
             db_.query("SELECT name, holder, fence, renewed_unix_ms, released_unix_ms FROM lease "
                       "WHERE name >= ? AND name < ? LIMIT 4096",
                       {std::string(prefix), std::string("sserver0")}));
    std::vector<LeaseRow> rows;
    rows.reserve(found.size());
    for (const db::Row& row : found) {
        LODE_TRY(auto lease, read_row(row));
        rows.push_back(std::move(lease));
    }
    return rows;
}

Result<LeaseRepository::Outcome> LeaseRepository::change(const LeaseChange& change) {
    const LeaseRow& to = change.to;
    if (!change.from) {
        const auto inserted = db_.execute(
            "INSERT INTO lease (name, holder, fence, renewed_unix_ms, released_unix_ms) "
            "VALUES (?, ?, ?, ?, ?)",
            {name_of(to.id), to.holder, std::int64_t{to.epoch}, to_unix_ms(to.renewed),
             released_of(to)});
        if (!inserted && inserted.error().code == ErrorCode::conflict) return Outcome::lost_race;
        LODE_TRY_VOID(inserted);
        return Outcome::made;
    }
    const LeaseRow& from = *change.from;
    LODE_TRY(const auto changed,
             db_.execute("UPDATE lease SET holder = ?, fence = ?, renewed_unix_ms = ?, "
                         "released_unix_ms = ? WHERE name = ? AND holder = ? AND fence = ? "
                         "AND renewed_unix_ms = ? AND released_unix_ms = ?",
                         {to.holder, std::int64_t{to.epoch}, to_unix_ms(to.renewed),
                          released_of(to), name_of(from.id), from.holder, std::int64_t{from.epoch},
                          to_unix_ms(from.renewed), released_of(from)}));
    return changed == 1 ? Outcome::made : Outcome::lost_race;
}

}  // namespace lode::sserver
