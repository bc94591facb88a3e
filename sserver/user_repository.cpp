// The statements behind the registered users.
#include "sserver/user_repository.hpp"

#include "sserver/users.hpp"

namespace lode::sserver {
namespace {

constexpr std::int64_t schema_needed = 2;  // audit_log

auto registered_already(const std::string& name) {
    return failure(ErrorCode::rejected, "user " + name + " is registered already");
}

}  // namespace

Result<UserRepository> UserRepository::open(const config::DatabaseConfig& database,
                                            const std::string& folder) {
    LODE_TRY(auto connection, db::Connection::open(database, folder));
    LODE_TRY_VOID(db::need_schema(connection, schema_needed));
    return UserRepository(std::move(connection));
}

Result<std::vector<UserRow>> UserRepository::page(std::int64_t after) {
    LODE_TRY(const auto found,
             db_.query("SELECT id, name, created_unix_ms FROM user WHERE id > ? ORDER BY id "
                       "LIMIT ?",
                       {after, static_cast<std::int64_t>(UserDirectory::page_rows)}));
    std::vector<UserRow> rows;
    rows.reserve(found.size());
    for (const db::Row& row : found) {
        rows.push_back({row.integer(0), row.text(1), from_unix_ms(row.integer(2))});
    }
    return rows;
}

Result<void> UserRepository::add(const Registration& registration) {
    const std::string& name = registration.name;
    const std::int64_t at = to_unix_ms(registration.at);
    LODE_TRY_VOID(check_user_name(name));
    bool inserted = false;  // by a run before this one, whose COMMIT may stand
    auto outcome = db_.transaction([&]() -> Result<void> {
        LODE_TRY(const auto rows, db_.query("SELECT id FROM user WHERE name = ?", {name}));
        if (!rows.empty() && inserted) return success();
        if (!rows.empty()) return registered_already(name);
        LODE_TRY_VOID(
            db_.execute("INSERT INTO user (name, created_unix_ms) VALUES (?, ?)", {name, at}));
        LODE_TRY_VOID(
            db_.execute("INSERT INTO audit_log (at_unix_ms, who, action, detail) "
                        "VALUES (?, ?, ?, ?)",
                        {at, registration.who, std::string("user added"), name}));
        inserted = true;
        return success();
    });
    // Another was quicker between the look and the insertion.
    if (!outcome && outcome.error().code == ErrorCode::conflict) return registered_already(name);
    return outcome;
}

}  // namespace lode::sserver
