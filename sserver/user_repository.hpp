// The rows of table `user`: who is registered.
#pragma once

#include <string>
#include <vector>

#include "common/db/db.hpp"
#include "sserver/user_directory.hpp"

namespace lode::sserver {

class UserRepository {
  public:
    // Unavailable when the database is away or its schema too old: try again later.
    [[nodiscard]] static Result<UserRepository> open(const config::DatabaseConfig& database,
                                                     const std::string& folder);
    explicit UserRepository(db::Connection db) : db_(std::move(db)) {}

    // The first UserDirectory::page_rows rows with ids above `after`, in their order.
    [[nodiscard]] Result<std::vector<UserRow>> page(std::int64_t after);

    // With a row of audit_log that says who did so. Rejected when it is no name (users.hpp), or is
    // registered already.
    struct Registration {
        std::string name;
        std::string who;
        UnixTime at;
    };
    [[nodiscard]] Result<void> add(const Registration& registration);

  private:
    db::Connection db_;
};

}  // namespace lode::sserver
