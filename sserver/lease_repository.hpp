// The rows of table `lease` that are sservers' ("sserver/<id>").
#pragma once

#include <vector>

#include "common/db/db.hpp"
#include "sserver/server_lease.hpp"

namespace lode::sserver {

class LeaseRepository {
  public:
    // Unavailable when the database is away or its schema too old: try again later.
    [[nodiscard]] static Result<LeaseRepository> open(const config::DatabaseConfig& database,
                                                      const std::string& folder);
    explicit LeaseRepository(db::Connection db) : db_(std::move(db)) {}

    [[nodiscard]] Result<std::vector<LeaseRow>> rows();

    // One statement: of two who change the same row one is `made`. An error leaves unknown
    // whether the change was made.
    enum class Outcome : bool { lost_race, made };
    [[nodiscard]] Result<Outcome> change(const LeaseChange& change);

  private:
    db::Connection db_;
};

}  // namespace lode::sserver
