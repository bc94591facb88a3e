// An operator's changes stand beside a row that says who made them and why.
#include "common/db/operator_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include <thread>

#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::db;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00
constexpr auto midnight = noon + 12h;

struct Office {
    test::Database database;
    Connection connection = database.migrated();
    OperatorRepository repository{connection, "btc"};
    Act act{"anna@pool", "a reason", noon};

    Office() {
        REQUIRE(connection.execute(
            "INSERT INTO user (name, created_unix_ms) VALUES ('alice', 1), ('bob', 1)"));
    }
    std::vector<std::string> audit() {
        std::vector<std::string> lines;
        const auto rows =
            connection.query("SELECT who, action, detail FROM audit_log ORDER BY id").value();
        for (const auto& row : rows) {
            lines.push_back(row.text(0) + '|' + row.text(1) + '|' + row.text(2));
        }
        return lines;
    }
    Row setting(const std::string& user) {
        return connection
            .query(
                "SELECT address, minimum, held_until_unix_ms, frozen FROM payout_setting "
                "WHERE chain = 'btc' AND owner_kind = 'user' AND owner_name = ?",
                {user})
            .value()
            .at(0);
    }
};

bool rejected(const auto& result, const std::string& saying) {
    return !result && result.error().code == ErrorCode::rejected &&
           result.error().context == saying;
}

}  // namespace

TEST_CASE("payments are paused and resumed once", "[database]") {
    Office office;
    CHECK(rejected(office.repository.resume(office.act), "payments are not paused"));
    CHECK(office.repository.pause(office.act));
    CHECK(rejected(office.repository.pause(office.act), "payments are paused already"));
    const auto row =
        office.connection.query("SELECT paused, reason FROM payout_pause").value().at(0);
    CHECK(row.integer(0) == 1);
    CHECK(row.text(1) == "a reason");
    CHECK(office.repository.resume(office.act));
    CHECK(office.audit() == std::vector<std::string>{"anna@pool|payments paused|btc: a reason",
                                                     "anna@pool|payments resumed|btc: a reason"});
}

TEST_CASE("a user is frozen and unfrozen, and nobody else", "[database]") {
    Office office;
    CHECK(rejected(office.repository.freeze("carol", office.act), "there is no user carol"));
    CHECK(rejected(office.repository.unfreeze("alice", office.act), "alice is not frozen"));
    CHECK(office.repository.freeze("alice", office.act));
    CHECK(rejected(office.repository.freeze("alice", office.act),
                   "alice is frozen already: a reason"));
    CHECK(office.setting("alice").text(3) == "a reason");
    CHECK(office.repository.unfreeze("alice", office.act));
    CHECK(office.setting("alice").text(3).empty());
    CHECK(office.audit().size() == 2);
}

TEST_CASE("a first address is paid at once, another only after the hold", "[database]") {
    Office office;
    const OperatorRepository::AddressChange first{"alice", "one", "", 72h};
    CHECK(office.repository.set_address(first, office.act).value() == noon);
    CHECK(rejected(office.repository.set_address(first, office.act),
                   "alice is paid to that address already"));
    auto change = first;
    change.address = "two";
    CHECK(office.repository.set_address(change, office.act).value() == noon + 72h);
    // A shorter hold of a later change does not end the first one's.
    change = {"alice", "three", "", 1h};
    CHECK(office.repository.set_address(change, office.act).value() == noon + 72h);
    CHECK(office.setting("alice").text(0) == "three");
    CHECK(office.setting("alice").integer(2) == to_unix_ms(noon + 72h));
    CHECK(office.audit().at(1) == "anna@pool|address changed|alice from one to two: a reason");
}

TEST_CASE("leaving the address that is the name is a change too", "[database]") {
    Office office;
    const OperatorRepository::AddressChange change{"bob", "one", "bob", 72h};
    CHECK(office.repository.set_address(change, office.act).value() == noon + 72h);
}

TEST_CASE("a minimum stands beside what was set before", "[database]") {
    Office office;
    CHECK(office.repository.set_address({"alice", "one", "", 0s}, office.act));
    CHECK(office.repository.set_minimum("alice", bitcoin::Satoshi(5'000), office.act));
    CHECK(office.setting("alice").integer(1) == 5'000);
    CHECK(office.setting("alice").text(0) == "one");
    CHECK(
        office.repository.set_minimum("carol", bitcoin::Satoshi(5'000), office.act).error().code ==
        ErrorCode::rejected);
}

TEST_CASE("a change does not undo another that is made meanwhile", "[database]") {
    Office office;
    auto connection = office.database.open();
    std::thread other([&] {
        OperatorRepository repository(connection, "btc");
        for (int i = 0; i < 100; ++i) {
            // A busy database is not what is tested here.
            static_cast<void>(repository.set_minimum("alice", bitcoin::Satoshi(i), office.act));
        }
    });
    std::vector<std::string> undone;
    for (int i = 0; i < 50; ++i) {
        const auto frozen = office.repository.freeze("alice", office.act);
        if (!frozen) undone.push_back(frozen.error().context);
        const auto unfrozen = office.repository.unfreeze("alice", office.act);
        if (!unfrozen) undone.push_back(unfrozen.error().context);
    }
    other.join();
    CHECK(undone == std::vector<std::string>{});
}

TEST_CASE("a scheme is chosen from the next midnight on, the last choice counting", "[database]") {
    Office office;
    CHECK(office.repository.choose("alice", "fpps", office.act).value() == midnight);
    CHECK(office.repository.choose("alice", "pps", office.act).value() == midnight);
    const auto rows =
        office.connection
            .query("SELECT effective_unix_ms, scheme, requested_unix_ms FROM user_scheme")
            .value();
    REQUIRE(rows.size() == 1);
    CHECK(rows.front().integer(0) == to_unix_ms(midnight));
    CHECK(rows.front().text(1) == "pps");
    CHECK(rows.front().integer(2) == to_unix_ms(noon));
    CHECK(office.audit().back() == "anna@pool|scheme chosen|alice: pps from 2026-11-22: a reason");
}

TEST_CASE("what payout holds users to is known once it has told it", "[database]") {
    Office office;
    CHECK_FALSE(office.repository.rules().value());
    CHECK(office.repository.tell_rules({.minimum = 1, .address_hold = 1h, .choices = {}}));
    CHECK(office.repository.rules().value()->choices.empty());
    CHECK(office.repository.tell_rules(
        {.minimum = 100'000, .address_hold = 72h, .choices = {"pps", "fpps"}}));
    const auto rules = office.repository.rules().value();
    REQUIRE(rules);
    CHECK(rules->minimum == 100'000);
    CHECK(rules->address_hold == 72h);
    CHECK(rules->choices == std::vector<std::string>{"pps", "fpps"});
}

TEST_CASE("what holds for a user is what was set, and what comes at midnight", "[database]") {
    Office office;
    CHECK(office.repository.terms_of("carol", noon).error().code == ErrorCode::rejected);
    auto terms = office.repository.terms_of("alice", noon).value();
    CHECK(terms.address.empty());
    CHECK(terms.minimum == 0);
    CHECK(terms.scheme == "base");
    CHECK_FALSE(terms.next);
    CHECK(office.repository.set_address({"alice", "one", "alice", 72h}, office.act));
    CHECK(office.repository.choose("alice", "pps", office.act));
    terms = office.repository.terms_of("alice", noon).value();
    CHECK(terms.address == "one");
    CHECK(terms.held_until == noon + 72h);
    CHECK(terms.scheme == "base");
    REQUIRE(terms.next);
    CHECK(terms.next->scheme == "pps");
    CHECK(terms.next->effective == midnight);
    terms = office.repository.terms_of("alice", midnight).value();
    CHECK(terms.scheme == "pps");
    CHECK_FALSE(terms.next);
}
