// The statements behind the audit log.
#include "statshttpd/audit.hpp"

namespace lode::statshttpd {
namespace {

// Of the columns, in bytes.
constexpr std::size_t who_max = 128;
constexpr std::size_t action_max = 64;
constexpr std::size_t detail_max = 1024;

}  // namespace

Result<void> audit(db::Connection& connection, const AuditEntry& entry) {
    LODE_TRY_VOID(connection.execute(
        "INSERT INTO audit_log (at_unix_ms, who, action, detail) VALUES (?, ?, ?, ?)",
        {to_unix_ms(entry.at), entry.who.substr(0, who_max), entry.action.substr(0, action_max),
         entry.detail.substr(0, detail_max)}));
    return success();
}

Result<std::int64_t> audited(db::Connection& connection, const AuditEntry& entry) {
    std::int64_t id = 0;
    LODE_TRY_VOID(connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(audit(connection, entry));
        LODE_TRY(const auto rows,
                 connection.query(
                     "SELECT id FROM audit_log WHERE at_unix_ms = ? AND who = ? AND detail = ? "
                     "ORDER BY id DESC LIMIT 1",
                     {to_unix_ms(entry.at), entry.who.substr(0, who_max),
                      entry.detail.substr(0, detail_max)}));
        id = rows.front().integer(0);
        return success();
    }));
    return id;
}

Result<AuditPage> audit_page(db::Connection& connection, std::int64_t limit, std::int64_t offset) {
    AuditPage page;
    LODE_TRY_VOID(connection.snapshot([&]() -> Result<void> {
        LODE_TRY(const auto count, connection.query("SELECT COUNT(*) FROM audit_log"));
        page.total = count.front().integer(0);
        LODE_TRY(const auto rows,
                 connection.query("SELECT at_unix_ms, who, action, detail, id FROM audit_log "
                                  "ORDER BY id DESC LIMIT ? OFFSET ?",
                                  {limit, offset}));
        page.rows.reserve(rows.size());
        for (const db::Row& row : rows) {
            page.rows.push_back({.at = from_unix_ms(row.integer(0)),
                                 .who = row.text(1),
                                 .action = row.text(2),
                                 .detail = row.text(3),
                                 .id = row.integer(4)});
        }
        return success();
    }));
    return page;
}

}  // namespace lode::statshttpd
