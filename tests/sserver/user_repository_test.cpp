// The table of users in a real database.
#include "sserver/user_repository.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::sserver;

namespace {

UserRepository::Registration registration_of(const std::string& name) {
    return {.name = name, .who = "ops@here", .at = from_unix_ms(1'700'000'000'000)};
}

std::vector<std::string> names_of(const std::vector<UserRow>& rows) {
    std::vector<std::string> names;
    for (const UserRow& row : rows) names.push_back(row.name);
    return names;
}

}  // namespace

TEST_CASE("users are read in the order of their registration, from any on", "[database]") {
    const test::Database database;
    UserRepository users(database.migrated());
    CHECK(users.page(0).value().empty());
    for (const char* name : {"carol", "alice", "bob"}) REQUIRE(users.add(registration_of(name)));
    const auto rows = users.page(0).value();
    CHECK(names_of(rows) == std::vector<std::string>{"carol", "alice", "bob"});
    CHECK(rows.front().created == from_unix_ms(1'700'000'000'000));
    CHECK(std::ranges::is_sorted(rows, {}, &UserRow::id));
    CHECK(names_of(users.page(rows[1].id).value()) == std::vector<std::string>{"bob"});
    CHECK(users.page(rows[2].id).value().empty());
}

TEST_CASE("a page of users is full while there are more", "[database]") {
    const test::Database database;
    auto connection = database.migrated();
    db::Upsert upsert{.table = "user",
                      .columns = {"name", "created_unix_ms"},
                      .key = {"name"},
                      .add = {},
                      .replace = {},
                      .rows = {}};
    for (std::size_t i = 0; i < UserDirectory::page_rows + 1; ++i) {
        upsert.rows.push_back({"user" + std::to_string(i), std::int64_t{1}});
    }
    REQUIRE(connection.upsert(upsert));
    UserRepository users(std::move(connection));
    const auto first = users.page(0).value();
    REQUIRE(first.size() == UserDirectory::page_rows);
    CHECK(users.page(first.back().id).value().size() == 1);
}

TEST_CASE("a name is registered once, names of another case are others", "[database]") {
    const test::Database database;
    UserRepository users(database.migrated());
    REQUIRE(users.add(registration_of("alice")));
    CHECK(users.add(registration_of("Alice")));
    const auto again = users.add(registration_of("alice"));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == ErrorCode::rejected);
    CHECK(again.error().context == "user alice is registered already");
    CHECK(names_of(users.page(0).value()) == std::vector<std::string>{"alice", "Alice"});
}

TEST_CASE("what cannot log in cannot be registered", "[database]") {
    const test::Database database;
    UserRepository users(database.migrated());
    for (const std::string& bad : {std::string(), std::string("a.b"), std::string("a b"),
                                   std::string("a'b"), std::string(129, 'a')}) {
        const auto outcome = users.add(registration_of(bad));
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == ErrorCode::rejected);
    }
    CHECK(users.add(registration_of(std::string(128, 'a'))));
    CHECK(users.page(0).value().size() == 1);
}

TEST_CASE("who registered whom is written down", "[database]") {
    const test::Database database;
    auto reader = database.migrated();
    UserRepository users(database.open());
    REQUIRE(users.add(registration_of("alice")));
    REQUIRE_FALSE(users.add(registration_of("alice")));
    const auto rows = reader.query("SELECT at_unix_ms, who, action, detail FROM audit_log").value();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().integer(0) == 1'700'000'000'000);
    CHECK(rows.front().text(1) == "ops@here");
    CHECK(rows.front().text(2) == "user added");
    CHECK(rows.front().text(3) == "alice");
}

TEST_CASE("users are not read from a schema that is too old", "[database]") {
    const test::Database database;
    const auto users = UserRepository::open(database.config(), database.folder());
    REQUIRE_FALSE(users);
    CHECK(users.error().code == ErrorCode::unavailable);
}
