// Rows of audit_log: who did what, never changed afterwards.
#pragma once

#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/db/db.hpp"

namespace lode::statshttpd {

struct AuditEntry {
    UnixTime at;
    std::string who;
    std::string action;
    std::string detail;
    std::int64_t id = 0;  // of a row that was read
};

// Inside the transaction of what it tells of. Longer texts are cut to what the columns hold.
[[nodiscard]] Result<void> audit(db::Connection& connection, const AuditEntry& entry);

// The same in a transaction of its own; gives the row's id. `detail` must be its own alone.
[[nodiscard]] Result<std::int64_t> audited(db::Connection& connection, const AuditEntry& entry);

struct AuditPage {
    std::int64_t total = 0;
    std::vector<AuditEntry> rows;
};

// Newest first.
[[nodiscard]] Result<AuditPage> audit_page(db::Connection& connection, std::int64_t limit,
                                           std::int64_t offset);

}  // namespace lode::statshttpd
