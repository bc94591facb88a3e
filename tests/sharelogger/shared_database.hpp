// A migrated database with a connection to look into it; instances under test open their own.
#pragma once

#include "tests/support/database.hpp"

namespace lode::test {

class SharedDatabase : public Database {
  public:
    void run(const char* sql) { REQUIRE(connection.execute(sql)); }
    [[nodiscard]] std::int64_t number(const char* sql) {
        return connection.query(sql).value().front().integer(0);
    }

    db::Connection connection = migrated();
};

}  // namespace lode::test
