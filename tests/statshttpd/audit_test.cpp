// Rows of the audit log on both engines.
#include "statshttpd/audit.hpp"

#include "tests/statshttpd/history.hpp"

using namespace lode;
using namespace lode::statshttpd;

TEST_CASE("the audit log is read newest first, page by page", "[database]") {
    const test::History history;
    auto connection = history.open();
    for (std::int64_t i = 1; i <= 5; ++i) {
        REQUIRE(audit(connection, {.at = from_unix_ms(i),
                                   .who = "desk",
                                   .action = "ban",
                                   .detail = "192.0.2." + std::to_string(i)}));
    }
    const auto page = audit_page(connection, 2, 1).value();
    CHECK(page.total == 5);
    REQUIRE(page.rows.size() == 2);
    CHECK(page.rows.front().detail == "192.0.2.4");
    CHECK(page.rows.front().at == from_unix_ms(4));
    CHECK(page.rows.front().who == "desk");
    CHECK(page.rows.front().action == "ban");
    CHECK(page.rows.front().id > page.rows.back().id);
}

TEST_CASE("a text longer than its column is cut, not refused", "[database]") {
    const test::History history;
    auto connection = history.open();
    REQUIRE(audit(connection, {.at = from_unix_ms(1),
                               .who = std::string(200, 'w'),
                               .action = std::string(200, 'a'),
                               .detail = std::string(2000, 'd')}));
    const auto page = audit_page(connection, 10, 0).value();
    REQUIRE(page.rows.size() == 1);
    CHECK(page.rows.front().who.size() == 128);
    CHECK(page.rows.front().action.size() == 64);
    CHECK(page.rows.front().detail.size() == 1024);
}

TEST_CASE("a row that a command points to is known by its id", "[database]") {
    const test::History history;
    auto connection = history.open();
    const auto write = [&](const std::string& detail) {
        return audited(connection,
                       {.at = from_unix_ms(5), .who = "desk", .action = "ban", .detail = detail})
            .value();
    };
    const auto first = write("one (command a)");
    const auto second = write("one (command b)");
    CHECK(second > first);
    CHECK(audit_page(connection, 1, 0).value().rows.front().id == second);
}
