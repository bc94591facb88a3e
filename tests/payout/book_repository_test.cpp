// Exports tell each row once, in pages and whole, and sums are those of the entries.
#include "payout/book_repository.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "payout/ledger/ledger_repository.hpp"
#include "tests/support/database.hpp"

using namespace lode;
using namespace lode::payout;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = from_unix_ms(1'795'262'400'000);  // 2026-11-21 12:00
constexpr auto all_time = BookFilter{.from = {}, .to = noon + 24h * 365};

std::string text(const db::Value& value) {
    const auto* const number = std::get_if<std::int64_t>(&value);
    return number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
}

struct Office {
    test::Database database;
    db::Connection connection = database.migrated();
    LedgerRepository ledger{connection, "btc"};
    BookRepository books{connection, "btc"};

    void post(Transaction transaction) {
        REQUIRE(connection.transaction([&]() -> Result<void> {
            LODE_TRY_VOID(ledger.post(transaction));
            return success();
        }));
    }
    // A block of 100 a user and 7 for the pool.
    void credit(const std::string& key, UnixTime at, const std::vector<std::string>& users) {
        Transaction block{.key = key, .at = at, .terms_version = 3, .entries = {}};
        block.block.emplace().bytes[31] = 0xab;
        std::int64_t sum = 7;
        for (const std::string& user : users) {
            block.entries.push_back({{{Owner::Kind::user, user}, Pot::immature}, Satoshi(100)});
            sum += 100;
        }
        block.entries.push_back({{{Owner::Kind::fee, "pool"}, Pot::immature}, Satoshi(7)});
        block.entries.push_back({{{Owner::Kind::world, ""}, Pot::mined}, Satoshi(-sum)});
        post(std::move(block));
    }
    std::vector<std::string> read(BookTable table, const BookFilter& filter) {
        std::vector<std::string> lines;
        REQUIRE(books.read(table, filter, [&](const BookRow& row) {
            CHECK(row.size() == columns_of(table).size());
            std::string line;
            for (const auto& cell : row) line += (line.empty() ? "" : "|") + text(cell);
            lines.push_back(line);
        }));
        return lines;
    }
};

}  // namespace

TEST_CASE("entries are told with what they belong to", "[database]") {
    Office office;
    office.credit("credit 1", noon, {"alice"});
    const auto lines = office.read(BookTable::entries, all_time);
    REQUIRE(lines.size() == 3);
    const std::string hash = "ab" + std::string(62, '0');
    CHECK(
        std::set(lines.begin(), lines.end())
            .contains("1|1795262400000|credit|credit 1|3|" + hash + "|0|user|alice|immature|100|"));
    BookFilter filter = all_time;
    filter.user = "alice";
    CHECK(office.read(BookTable::entries, filter).size() == 1);
    filter.user = "pool";  // no user's
    CHECK(office.read(BookTable::entries, filter).empty());
    CHECK(office.read(BookTable::entries, {.from = noon + 1ms, .to = all_time.to}).empty());
    CHECK(office.read(BookTable::entries, {.from = {}, .to = noon}).empty());
}

TEST_CASE("pages neither lose nor repeat a row", "[database]") {
    Office office;
    std::vector<std::string> users;
    for (int i = 0; i < 1'100; ++i) users.push_back("user" + std::to_string(i));
    office.credit("credit 1", noon, users);
    office.credit("credit 2", noon + 1h, users);
    for (const auto table : {BookTable::entries, BookTable::balances, BookTable::days}) {
        const auto lines = office.read(table, all_time);
        CHECK(lines.size() == (table == BookTable::entries ? 2'204 : 1'102));
        CHECK(std::set(lines.begin(), lines.end()).size() == lines.size());
    }
}

TEST_CASE("days are sums by reason and terms", "[database]") {
    Office office;
    office.credit("credit 1", noon, {"alice"});
    office.credit("credit 2", noon + 1h, {"alice", "bob"});
    office.credit("credit 3", noon + 12h, {"alice"});
    BookFilter filter = all_time;
    filter.user = "alice";
    CHECK(office.read(BookTable::days, filter) ==
          std::vector<std::string>{"2026-11-21|user|alice|immature|credit|3|200",
                                   "2026-11-22|user|alice|immature|credit|3|100"});
    CHECK(office.read(BookTable::balances, filter) ==
          std::vector<std::string>{"user|alice|immature|300"});
}

TEST_CASE("payments are told by recipient", "[database]") {
    Office office;
    REQUIRE(office.connection.execute(
        "INSERT INTO payment (id, chain, state, fee_payer, change_address, fee, height, "
        "created_unix_ms, updated_unix_ms) VALUES (4, 'btc', 'sent', 'pool', 'c', 10, 5, ?, ?)",
        {to_unix_ms(noon), to_unix_ms(noon + 1h)}));
    for (const std::string user : {"alice", "bob"}) {
        REQUIRE(office.connection.execute(
            "INSERT INTO payment_item (payment_id, place, owner_kind, owner_name, address, amount, "
            "fee) VALUES (4, ?, 'user', ?, 'a', 100, 2)",
            {std::int64_t{user == "bob"}, user}));
    }
    CHECK(office.read(BookTable::payments, all_time) ==
          std::vector<std::string>{"4|sent|1795262400000|1795266000000|user|alice|a|100|2||0",
                                   "4|sent|1795262400000|1795266000000|user|bob|a|100|2||0"});
}

TEST_CASE("a settled payment is told with the version that confirmed", "[database]") {
    Office office;
    REQUIRE(office.connection.execute(
        "INSERT INTO payment (id, chain, state, fee_payer, change_address, fee, height, "
        "created_unix_ms, updated_unix_ms) VALUES (4, 'btc', 'sent', 'pool', 'c', 10, 5, 1, 2)"));
    REQUIRE(office.connection.execute(
        "INSERT INTO payment_item (payment_id, place, owner_kind, owner_name, address, amount, "
        "fee) VALUES (4, 0, 'user', 'alice', 'a', 100, 2)"));
    for (const std::int64_t version : {1, 2}) {
        REQUIRE(office.connection.execute(
            "INSERT INTO payment_version (payment_id, version, txid, raw, fee, stored_unix_ms) "
            "VALUES (4, ?, ?, ?, 10, 1)",
            {version, Bytes(32, static_cast<std::uint8_t>(version)), Bytes(1, 0)}));
    }
    const std::string line = "4|sent|1|2|user|alice|a|100|2|";
    std::string newest;
    std::string first;
    for (int i = 0; i < 32; ++i) {
        newest += "02";
        first += "01";
    }
    CHECK(office.read(BookTable::payments, all_time) ==
          std::vector<std::string>{line + newest + "|0"});
    office.credit("credit 1", noon, {"alice"});
    office.post({.key = "settle 4",
                 .reason = Reason::settle,
                 .at = noon,
                 .payment = PaymentId(4),
                 .note = first,
                 .entries = {{{{Owner::Kind::user, "alice"}, Pot::immature}, Satoshi(-100)},
                             {{{Owner::Kind::user, "alice"}, Pot::paid}, Satoshi(100)}}});
    CHECK(office.read(BookTable::payments, all_time) ==
          std::vector<std::string>{line + first + "|0"});
}

TEST_CASE("what is owed is what users and the pool have not been paid", "[database]") {
    Office office;
    office.credit("credit 1", noon, {"alice", "bob"});
    const Owner reserve{Owner::Kind::reserve, ""};
    const Owner world{Owner::Kind::world, ""};
    office.post({.key = "deposit 1",
                 .reason = Reason::deposit,
                 .at = noon,
                 .entries = {{{reserve, Pot::balance}, Satoshi(5'000)},
                             {{world, Pot::deposited}, Satoshi(-5'000)}}});
    const auto sums = office.books.sums().value();
    CHECK(sums.users.immature == Satoshi(200));
    CHECK(sums.fees.immature == Satoshi(7));
    CHECK(sums.reserve.balance == Satoshi(5'000));
    CHECK(sums.deposited == Satoshi(5'000));
    CHECK(sums.liability() == Satoshi(207));
}

TEST_CASE("a month is closed once, when it is over, with its own sums only", "[database]") {
    Office office;
    const auto december = from_unix_ms(1'796'083'200'000);
    office.credit("credit 1", noon, {"alice"});
    office.credit("credit 2", december, {"alice"});
    BookRepository::MonthClose close{"2026-11", december, "anna@pool", december - 1ms};
    CHECK(office.books.close_month(close).error().context == "2026-11 is not over");
    close.at = december + 1h;
    const std::string sums =
        R"({"fee":{"immature":7},"user":{"immature":100},"world":{"mined":-107}})";
    CHECK(office.books.close_month(close).value() == sums);
    CHECK(office.books.close_month(close).error().context == "2026-11 was closed: " + sums);
    const auto row = office.connection.query("SELECT last_transaction FROM month_close").value();
    CHECK(row.at(0).integer(0) == 1);
    CHECK(office.connection.query("SELECT action FROM audit_log").value().at(0).text(0) ==
          "month closed");
}
