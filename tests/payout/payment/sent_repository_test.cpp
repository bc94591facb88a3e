// What the rows know of the wallet's transactions, on SQLite and MariaDB.
#include "payout/payment/sent_repository.hpp"

#include <catch2/catch_test_macros.hpp>

#include "payout/payment/version.hpp"
#include "tests/payout/ledger/books.hpp"
#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr auto now = from_unix_ms(1'700'000'000'000);

struct Rows {
    Books books;
    SentRepository sent{books.connection,
                        {.chain = "btc",
                         .network = network,
                         .wallet = "pay",
                         .fee_addresses = {{"pool", address_of(9)}}}};
    PaymentRepository payments{books.connection, {.fence = {"btc", "us", 3}, .network = network}};

    Rows() {
        books.run(
            "INSERT INTO lease (name, holder, fence, renewed_unix_ms, released_unix_ms) "
            "VALUES ('payout/btc', 'us', 3, 0, 0)");
    }
    void credit() {
        REQUIRE(
            books.post(transaction("credit", {{user(address_of(1), Pot::balance), Satoshi(100'000)},
                                              {user(address_of(2), Pot::balance), Satoshi(100'000)},
                                              {world(Pot::mined), Satoshi(-200'000)}})));
    }
};

}  // namespace

TEST_CASE("a pool begins with its first share, block or entry", "[database]") {
    Rows rows;
    CHECK_FALSE(rows.sent.begun().value());
    rows.credit();
    const auto entry = rows.sent.begun().value();
    REQUIRE(entry);
    rows.books.run("INSERT INTO user (name, created_unix_ms) VALUES ('alice', 1)");
    rows.books.run(
        "INSERT INTO user_day (chain, user_id, start_unix_ms, bits, height_epoch, scheme, shares, "
        "work_0, work_1, work_2) SELECT 'btc', id, -5000, 1, 1, '', 1, 1, 0, 0 FROM user");
    CHECK(rows.sent.begun().value() == from_unix_ms(-5'000));
}

TEST_CASE("how far a wallet was compared is kept by its name", "[database]") {
    Rows rows;
    CHECK_FALSE(rows.sent.compared().value());
    REQUIRE(rows.sent.set_compared(now));
    REQUIRE(rows.sent.set_compared(now + std::chrono::hours(1)));
    CHECK(rows.sent.compared().value() == now + std::chrono::hours(1));
    SentRepository other(rows.books.connection, {.chain = "btc", .wallet = "another"});
    CHECK_FALSE(other.compared().value());
}

TEST_CASE("versions and what a person ignored are known, by any number at once", "[database]") {
    Rows rows;
    rows.credit();
    const auto id = rows.payments.lock(a_payment().draft, now).value().value();
    const auto made = first_version(a_payment().draft, network).value();
    const PaymentVersion version{bitcoin::txid(made.transaction),
                                 bitcoin::serialise(made.transaction), made.fee, now};
    REQUIRE(rows.payments.add_version(id, version, {}));
    REQUIRE(rows.sent.ignore({hash_of(5), "op@host", "my own", now}));
    std::vector<bitcoin::Hash256> asked;
    for (std::uint64_t number = 0; number < 1'200; ++number) asked.push_back(hash_of(number));
    asked.push_back(version.txid);
    CHECK(rows.sent.known(asked).value() == std::set{hash_of(5), version.txid});
    const auto audit = rows.books.connection.query("SELECT action, who FROM audit_log").value();
    REQUIRE(audit.size() == 1);
    CHECK(audit.front().text(0) == "sent transaction ignored");
    CHECK(audit.front().text(1) == "op@host");
    for (const auto& txid : {hash_of(5), version.txid}) {
        CHECK(rows.sent.ignore({txid, "op@host", "again", now}).error().code ==
              ErrorCode::rejected);
    }
}

TEST_CASE("payments that spend a coin are rivals until they are cancelled", "[database]") {
    Rows rows;
    rows.credit();
    const auto id = rows.payments.lock(a_payment().draft, now).value().value();
    const auto coin = a_payment().draft.inputs.front().coin;
    REQUIRE(rows.sent.rivals({coin, {hash_of(99), 0}}).value().size() == 1);
    CHECK(rows.sent.rivals({coin}).value().front().id == id);
    CHECK(rows.sent.rivals({{coin.txid, 7}}).value().empty());
    REQUIRE(rows.payments.cancel(rows.payments.find(id).value().value(), now));
    CHECK(rows.sent.rivals({coin}).value().empty());
}

TEST_CASE("owners are found by name, by setting and by the recipient's own address", "[database]") {
    Rows rows;
    rows.credit();
    rows.books.run("INSERT INTO user (name, created_unix_ms) VALUES ('" + address_of(1) + "', 1)");
    rows.books.run(
        "INSERT INTO payout_setting (chain, owner_kind, owner_name, address, minimum, "
        "held_until_unix_ms, frozen, changed_unix_ms) VALUES ('btc', 'user', '" +
        address_of(2) + "', '" + address_of(1) + "', 0, 0, '', 0)");
    REQUIRE(rows.payments.lock(a_payment().draft, now).value());
    const auto found = rows.sent.payees({address_of(1), address_of(9), address_of(8)}).value();
    REQUIRE(found.size() == 2);
    const auto& both = found.at(address_of(1));
    REQUIRE(both.size() == 2);
    CHECK(both[0].balance == Satoshi(40'000));
    CHECK(both[0].pending == Satoshi(60'000));
    CHECK(both[1].owner.name == address_of(2));
    CHECK(found.at(address_of(9)).front().owner == Owner{Owner::Kind::fee, "pool"});
}
