// Users and workers have one id each, whoever asks and however many at once.
#include "sharelogger/name_ids.hpp"

#include "tests/sharelogger/shared_database.hpp"

using namespace lode;
using namespace lode::sharelogger;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);

NameIds::Names names_of(int workers) {
    NameIds::Names names;
    for (int i = 0; i < workers; ++i) {
        const std::string user = "user" + std::to_string(i / 3);
        names.users.insert(user);
        names.workers.emplace(user, "rig" + std::to_string(i % 3));
    }
    return names;
}

}  // namespace

TEST_CASE("a name has the same id in the next transaction and for another instance", "[database]") {
    test::SharedDatabase database;
    auto other_connection = database.open();
    NameIds ids(database.connection);
    NameIds other(other_connection);
    REQUIRE(ids.resolve(names_of(3), noon));
    ids.keep();
    REQUIRE(other.resolve(names_of(4), noon));
    CHECK(ids.user("user0") == other.user("user0"));
    CHECK(ids.worker({"user0", "rig2"}) == other.worker({"user0", "rig2"}));
    CHECK(database.number("SELECT COUNT(*) FROM user") == 2);
    CHECK(database.number("SELECT COUNT(*) FROM worker") == 4);
}

TEST_CASE("hundreds of names at once, some old and some new, have an id each", "[database]") {
    test::SharedDatabase database;
    {
        NameIds before(database.connection);
        REQUIRE(before.resolve(names_of(500), noon));
    }
    NameIds ids(database.connection);
    const auto names = names_of(600);
    REQUIRE(ids.resolve(names, noon));
    std::set<std::int64_t> different;
    for (const auto& name : names.workers) different.insert(ids.worker(name));
    CHECK(different.size() == 600);
    CHECK(database.number("SELECT COUNT(*) FROM worker") == 600);
    CHECK(database.number("SELECT COUNT(*) FROM user") == 200);
}

TEST_CASE("ids of a transaction that was rolled back are not remembered", "[database]") {
    test::SharedDatabase database;
    NameIds ids(database.connection);
    CHECK_FALSE(database.connection.transaction([&]() -> Result<void> {
        LODE_TRY_VOID(ids.resolve(names_of(1), noon));
        return failure(ErrorCode::internal, "rolled back");
    }));
    ids.forget_new();
    database.run("INSERT INTO user (name, created_unix_ms) VALUES ('earlier', 1)");
    REQUIRE(ids.resolve(names_of(1), noon));
    CHECK(ids.user("user0") == database.number("SELECT id FROM user WHERE name = 'user0'"));
}
