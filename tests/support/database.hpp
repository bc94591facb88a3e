// A fresh database for one test: SQLite in a temporary folder, or, with LODE_TEST_ENGINE=mysql, a
// database of its own on the server of LODE_TEST_DATABASE, dropped at the test's end. So one source
// tests both engines; its cases have the tag [database].
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <random>
#include <string>

#include "common/db/db.hpp"
#include "tests/support/temporary_folder.hpp"

namespace lode::test {

inline std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

class Database {
  public:
    Database() {
        if (!is_mysql()) return;
        config_.url = environment("LODE_TEST_DATABASE");
        config_.password = Secret(environment("LODE_TEST_DATABASE_PASSWORD"));
        if (config_.url.empty()) FAIL("LODE_TEST_DATABASE must name a MariaDB server");
        server_ = config_;
        std::random_device random;
        name_ = "lode_test_" + std::to_string(random()) + std::to_string(random());
        auto connection = db::Connection::open(server_, "");
        if (!connection) FAIL(connection.error().context);
        const auto made = connection.value().execute("CREATE DATABASE " + name_);
        if (!made) FAIL(made.error().context);
        config_.url.replace(config_.url.rfind('/') + 1, std::string::npos, name_);
    }
    ~Database() {
        if (name_.empty()) return;
        auto connection = db::Connection::open(server_, "");
        CHECK((connection && connection.value().execute("DROP DATABASE " + name_)));
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] static bool is_mysql() { return environment("LODE_TEST_ENGINE") == "mysql"; }

    [[nodiscard]] const config::DatabaseConfig& config() const { return config_; }
    [[nodiscard]] std::string folder() const { return folder_.path().string(); }

    [[nodiscard]] db::Connection open() const {
        auto connection = db::Connection::open(config_, folder());
        if (!connection) FAIL(connection.error().context);
        return std::move(connection).value();
    }
    // With the newest schema.
    [[nodiscard]] db::Connection migrated() const {
        auto connection = open();
        const auto done = db::migrate(connection);
        if (!done) FAIL(done.error().context);
        return connection;
    }

  private:
    TemporaryFolder folder_;
    config::DatabaseConfig config_;
    config::DatabaseConfig server_;
    std::string name_;
};

}  // namespace lode::test
