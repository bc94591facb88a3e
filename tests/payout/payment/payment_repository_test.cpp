// Payments over a real database, SQLite or MariaDB: with their ledger, once each.
#include "payout/payment/payment_repository.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "payout/payment/version.hpp"
#include "tests/payout/ledger/books.hpp"
#include "tests/payout/payment/builders.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

constexpr auto now = from_unix_ms(1'700'000'000'000);
const std::string alice = address_of(1);
const std::string bob = address_of(2);

// Alice and bob have 100,000 each, the pool's purse 500.
struct Rows {
    Rows() {
        books.run(
            "INSERT INTO lease (name, holder, fence, renewed_unix_ms, released_unix_ms) "
            "VALUES ('payout/btc', 'us', 3, 0, 0)");
        REQUIRE(books.post(transaction("credit", {{user(alice, Pot::balance), Satoshi(100'000)},
                                                  {user(bob, Pot::balance), Satoshi(100'000)},
                                                  {fee("pool", Pot::balance), Satoshi(500)},
                                                  {world(Pot::mined), Satoshi(-200'500)}})));
    }
    // Locks a_payment and stores its first version.
    Payment signed_payment() {
        const auto id = payments.lock(a_payment().draft, now).value().value();
        REQUIRE(payments.add_version(id, version(0), {}));
        return payments.find(id).value().value();
    }
    static PaymentVersion version(std::uint32_t more_fee) {
        auto draft = a_payment().draft;
        draft.fee = Satoshi(draft.fee.value() + more_fee);
        const auto made = first_version(draft, network).value();
        return {bitcoin::txid(made.transaction), bitcoin::serialise(made.transaction), made.fee,
                now};
    }
    std::int64_t balance(const std::string& name, Pot pot) {
        return books.balance(user(name, pot));
    }

    Books books;
    PaymentRepository payments{
        books.connection, {.fence = {"btc", "us", 3}, .network = network, .fee_purse = "pool"}};
};

ErrorCode code_of(const Result<void>& result) {
    REQUIRE(result.has_error());
    return result.error().code;
}

}  // namespace

TEST_CASE("a payment is read as it was locked, and its money is set aside", "[database]") {
    Rows rows;
    const auto draft = a_payment().draft;
    const auto id = rows.payments.lock(draft, now).value().value();
    const auto open = rows.payments.open().value();
    REQUIRE(open.size() == 1);
    CHECK(open[0].id == id);
    CHECK(open[0].state == PaymentState::locked);
    CHECK(open[0].draft.items == draft.items);
    CHECK(open[0].draft.inputs == draft.inputs);
    CHECK(open[0].draft.change_address == draft.change_address);
    CHECK(open[0].draft.fee == draft.fee);
    CHECK(open[0].draft.height == draft.height);
    CHECK(open[0].created == now);
    CHECK(rows.balance(alice, Pot::balance) == 40'000);
    CHECK(rows.balance(alice, Pot::locked) == 60'000);
    CHECK(rows.books.complaints().empty());
}

TEST_CASE("the same payment locked again is the one that is there", "[database]") {
    Rows rows;
    const auto id = rows.payments.lock(a_payment().draft, now).value().value();
    CHECK(rows.payments.lock(a_payment().draft, now).value().value() == id);
    CHECK(rows.balance(alice, Pot::locked) == 60'000);
}

TEST_CASE("coins of an open payment are not locked for another", "[database]") {
    Rows rows;
    REQUIRE(rows.payments.lock(a_payment().draft, now));
    auto other = a_payment().draft;
    other.inputs.erase(other.inputs.begin());
    CHECK(rows.payments.lock(other, now).value() == std::nullopt);
    CHECK(rows.payments.open().value().size() == 1);
    CHECK(rows.balance(alice, Pot::locked) == 60'000);
}

TEST_CASE("nobody is paid more than the balance", "[database]") {
    Rows rows;
    auto draft = a_payment().draft;
    draft.items[0].amount = Satoshi(100'001);
    const auto refused = rows.payments.lock(draft, now);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::rejected);
    CHECK(rows.payments.open().value().empty());
    CHECK(rows.books.complaints().empty());
}

TEST_CASE("versions are kept in order, each once", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    CHECK(payment.state == PaymentState::signed_);
    REQUIRE(rows.payments.mark_sent(payment.id, now));
    const std::vector<PaymentInput> more{{{hash_of(9), 4}, Satoshi(1'000)}};
    for (int i = 0; i < 2; ++i) {
        REQUIRE(rows.payments.add_version(payment.id, Rows::version(0), {}));
        REQUIRE(rows.payments.add_version(payment.id, Rows::version(50), more));
    }
    const auto read = rows.payments.find(payment.id).value().value();
    CHECK(read.state == PaymentState::sent);
    CHECK(read.versions == std::vector{Rows::version(0), Rows::version(50)});
    CHECK(read.draft.inputs == a_payment().draft.inputs);
    CHECK(read.more_inputs == more);
}

TEST_CASE("a version does not take another payment's coins", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    auto other = a_payment().draft;
    other.items = {item(1, 10'000)};
    other.inputs = {{{hash_of(9), 4}, Satoshi(11'000)}};
    REQUIRE(rows.payments.lock(other, now));
    CHECK(rows.payments.add_version(payment.id, Rows::version(50), other.inputs).value() ==
          Kept::coins_taken);
    CHECK(rows.payments.find(payment.id).value()->versions.size() == 1);
}

TEST_CASE("a transaction is a version of one payment only", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    auto other = a_payment().draft;
    other.items = {item(1, 10'000)};
    other.inputs = {{{hash_of(9), 4}, Satoshi(11'000)}};
    const auto id = rows.payments.lock(other, now).value().value();
    CHECK(rows.payments.add_version(id, Rows::version(0), {}).value() == Kept::of_another);
    CHECK(rows.payments.find(id).value()->versions.empty());
    CHECK(rows.payments.add_version(payment.id, Rows::version(0), {}).value() == Kept::stored);
}

TEST_CASE("a payment settles once, and the purse pays the fee", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    for (int i = 0; i < 2; ++i) {
        REQUIRE(rows.payments.settle(payment, payment.versions[0].txid, now));
    }
    CHECK(rows.payments.open().value().empty());
    CHECK(rows.balance(alice, Pot::locked) == 0);
    CHECK(rows.balance(alice, Pot::paid) == 60'000);
    CHECK(rows.books.balance(fee("pool", Pot::balance)) == 200);
    CHECK(rows.books.balance(world(Pot::network_fee)) == 300);
    CHECK(rows.books.complaints().empty());
    CHECK(code_of(rows.payments.cancel(payment, now)) == ErrorCode::rejected);
    CHECK(rows.payments.add_version(payment.id, Rows::version(50), {}).value() == Kept::closed);
    CHECK(code_of(rows.payments.settle(payment, hash_of(5), now)) == ErrorCode::internal);
}

TEST_CASE("a fee that the purse does not have is the reserve's", "[database]") {
    Rows rows;
    auto payment = rows.signed_payment();
    REQUIRE(rows.payments.add_version(payment.id, Rows::version(500), {}));
    payment = rows.payments.find(payment.id).value().value();
    REQUIRE(rows.payments.settle(payment, payment.versions[1].txid, now));
    CHECK(rows.books.balance(fee("pool", Pot::balance)) == 500);
    CHECK(rows.books.balance(reserve(Pot::balance)) == -800);
    CHECK(rows.books.complaints().empty());
}

TEST_CASE("recipients' parts of the fee are not paid out", "[database]") {
    Rows rows;
    auto draft = a_payment().draft;
    draft.fee_payer = FeePayer::recipients;
    draft.items[0].fee = draft.items[1].fee = Satoshi(150);
    const auto id = rows.payments.lock(draft, now).value().value();
    const auto made = first_version(draft, network).value();
    const PaymentVersion version{bitcoin::txid(made.transaction),
                                 bitcoin::serialise(made.transaction), made.fee, now};
    REQUIRE(rows.payments.add_version(id, version, {}));
    REQUIRE(rows.payments.settle(rows.payments.find(id).value().value(), version.txid, now));
    CHECK(rows.balance(alice, Pot::paid) == 59'850);
    CHECK(rows.books.balance(fee("pool", Pot::balance)) == 500);
    CHECK(rows.books.complaints().empty());
}

TEST_CASE("a cancelled payment gives the money back, once", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    for (int i = 0; i < 2; ++i) REQUIRE(rows.payments.cancel(payment, now));
    CHECK(rows.balance(alice, Pot::balance) == 100'000);
    CHECK(rows.balance(alice, Pot::locked) == 0);
    CHECK(rows.payments.newest(now).value() == std::nullopt);
    CHECK(rows.payments.paid_since(from_unix_ms(0)).value() == Satoshi(0));
    CHECK(rows.books.complaints().empty());
    // Its coins are free again.
    CHECK(rows.payments.lock(a_payment().draft, now + std::chrono::seconds(1)));
}

TEST_CASE("without the lease nothing changes", "[database]") {
    Rows rows;
    const auto payment = rows.signed_payment();
    rows.books.run("UPDATE lease SET fence = 4");
    auto other = a_payment().draft;
    other.inputs = {{{hash_of(9), 4}, Satoshi(200'000)}};
    CHECK(rows.payments.lock(other, now).error().code == ErrorCode::conflict);
    CHECK(rows.payments.add_version(payment.id, Rows::version(50), {}).error().code ==
          ErrorCode::conflict);
    CHECK(code_of(rows.payments.mark_sent(payment.id, now)) == ErrorCode::conflict);
    CHECK(code_of(rows.payments.settle(payment, payment.versions[0].txid, now)) ==
          ErrorCode::conflict);
    CHECK(code_of(rows.payments.cancel(payment, now)) == ErrorCode::conflict);
    CHECK(rows.payments.find(payment.id).value()->state == PaymentState::signed_);
}

TEST_CASE("what was paid lately and when is known", "[database]") {
    Rows rows;
    CHECK(rows.payments.newest(now).value() == std::nullopt);
    REQUIRE(rows.payments.lock(a_payment().draft, now));
    CHECK(rows.payments.newest(now).value() == now);
    CHECK(rows.payments.newest(now - std::chrono::milliseconds(1)).value() == std::nullopt);
    CHECK(rows.payments.paid_since(now).value() == Satoshi(0));
    CHECK(rows.payments.paid_since(now - std::chrono::seconds(1)).value() == Satoshi(100'000));
}

TEST_CASE("candidates come smallest first with what they have set", "[database]") {
    Rows rows;
    rows.books.run(
        "INSERT INTO payout_setting (chain, owner_kind, owner_name, address, minimum, "
        "held_until_unix_ms, frozen, changed_unix_ms) VALUES ('btc', 'user', '" +
        bob + "', 'elsewhere', 7, 8, 'why', 9)");
    const auto all = rows.payments.candidates({Satoshi(500), {}, 10}).value();
    REQUIRE(all.size() == 3);
    CHECK(all[0].owner == Owner{Owner::Kind::fee, "pool"});
    CHECK(all[0].balance == Satoshi(500));
    const auto found = std::ranges::find(all, user(bob), &Candidate::owner);
    REQUIRE(found != all.end());
    CHECK(found->address == "elsewhere");
    CHECK(found->minimum == Satoshi(7));
    CHECK(found->held_until == from_unix_ms(8));
    CHECK(found->frozen == "why");
    CHECK(rows.payments.candidates({Satoshi(501), {}, 10}).value().size() == 2);
}

TEST_CASE("pages of candidates go on behind one another, also within one balance", "[database]") {
    Rows rows;
    const auto all = rows.payments.candidates({Satoshi(1), {}, 10}).value();
    REQUIRE(all.size() == 3);
    CHECK(all[1].balance == all[2].balance);
    CandidatePage page{Satoshi(1), {}, 1};
    for (const Candidate& each : all) {
        const auto one = rows.payments.candidates(page).value();
        REQUIRE(one.size() == 1);
        CHECK(one[0].owner == each.owner);
        page = {one[0].balance, one[0].owner, 1};
    }
    CHECK(rows.payments.candidates(page).value().empty());
}

TEST_CASE("a pause is told with its reason until it ends", "[database]") {
    Rows rows;
    CHECK_FALSE(rows.payments.pause().value().paused);
    rows.books.run(
        "INSERT INTO payout_pause (chain, paused, reason, changed_unix_ms) VALUES "
        "('btc', 1, 'deep re-org', 0)");
    CHECK(rows.payments.pause().value().reason == "deep re-org");
    rows.books.run("UPDATE payout_pause SET paused = 0");
    CHECK_FALSE(rows.payments.pause().value().paused);
}
