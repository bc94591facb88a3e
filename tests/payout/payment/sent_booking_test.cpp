// A payment that the books have forgotten is booked, followed and settled as any other.
#include "payout/payment/sent_booking.hpp"

#include "tests/payout/payment/paying_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// Its books forgot that users 1 and 2 were paid 20,000 and 30,000.
struct ForgetfulPool {
    Pool pool{7};
    Hash txid;

    ForgetfulPool() {
        pool.chance.be_quiet();
        pool.compares = true;
        pool.deposit(300'000);
        pool.credit(1, 20'000);
        pool.credit(2, 30'000);
        const auto backup = pool.store.backup();
        pool.now += std::chrono::hours(1);
        REQUIRE(pool.run().sent == 1);
        txid = pool.only_payment().versions.front().txid;
        pool.store.restore(backup);
    }
    Result<PaymentId> book(Rest rest = Rest::refused) {
        SentBooking booking({pool.store, pool.store, pool.wallet}, {network, FeePayer::pool, rest});
        return booking.book(txid, pool.now);
    }
    std::string refusal() {
        const auto booked = book();
        REQUIRE(booked.has_error());
        CHECK(booked.error().code == ErrorCode::rejected);
        return booked.error().context;
    }
};

}  // namespace

TEST_CASE("a forgotten payment is booked once, settles, and nobody is paid again") {
    ForgetfulPool forgetful;
    Pool& pool = forgetful.pool;
    REQUIRE(forgetful.book());
    CHECK(forgetful.refusal().find("payment 1") != std::string::npos);
    CHECK(pool.pot(1, Pot::locked) == 20'000);
    pool.mine(6);
    const PayReport report = pool.run();
    CHECK(report.settled == 1);
    CHECK(report.unknown.empty());
    CHECK(pool.pot(1, Pot::paid) == 20'000);
    CHECK(pool.pot(2, Pot::paid) == 30'000);
    const Satoshi fee(pool.chain.fee(pool.chain.known.at(forgetful.txid)));
    CHECK(pool.store.ledger[{{Owner::Kind::world, ""}, Pot::network_fee}] == fee.value());
    pool.now += std::chrono::hours(1);
    CHECK(pool.run().planned == 0);
}

TEST_CASE("a user whose credit is lost too is paid by the reserve only when a person says so") {
    ForgetfulPool forgetful;
    Pool& pool = forgetful.pool;
    pool.store.ledger[{Pool::owner(2), Pot::balance}] = 10'000;
    CHECK(forgetful.refusal().find(address_of(2)) != std::string::npos);
    REQUIRE(forgetful.book(Rest::reserve));
    pool.mine(6);
    CHECK(pool.run().settled == 1);
    CHECK(pool.pot(2, Pot::paid) == 10'000);
    CHECK(pool.store.ledger[{{Owner::Kind::reserve, ""}, Pot::paid}] == 20'000);
}

TEST_CASE("what is in no wallet, or can never be, is not booked") {
    ForgetfulPool forgetful;
    const Hash real = std::exchange(forgetful.txid, hash_of(5));
    CHECK(forgetful.refusal().find("does not know") != std::string::npos);
    forgetful.txid = real;
    Pool& pool = forgetful.pool;
    const auto rival = pool.theft(pool.chain.known.at(real).inputs.front().previous);
    pool.chain.known[bitcoin::txid(rival)] = rival;
    pool.chain.mine({bitcoin::txid(rival)});
    pool.mine(5);
    CHECK(forgetful.refusal().find("otherwise") != std::string::npos);
}

TEST_CASE("coins of an open payment are booked elsewhere only when that one is dead") {
    ForgetfulPool forgetful;
    Pool& pool = forgetful.pool;
    // Open in the books, of the same coins, for user 1 alone.
    Payment other = a_payment();
    other.id = PaymentId(1);
    other.draft.items = {item(1, 20'000)};
    other.draft.inputs.clear();
    for (const auto& input : pool.chain.known.at(forgetful.txid).inputs) {
        other.draft.inputs.push_back({input.previous, Satoshi(300'000)});
    }
    REQUIRE(pool.store.lock(other.draft, pool.now).value());
    CHECK(forgetful.refusal().find("6 blocks deep") != std::string::npos);
    pool.mine(6);
    // It paid user 2 besides: the payer leaves the decision to a person.
    const PayReport report = pool.run();
    CHECK(report.cancelled == 0);
    REQUIRE_FALSE(report.troubles.empty());
    CHECK(report.troubles.front().find("book-sent") != std::string::npos);
    REQUIRE(forgetful.book());
    CHECK(pool.store.payments.at(PaymentId(1)).state == PaymentState::cancelled);
    CHECK(pool.run().settled == 1);
    CHECK(pool.pot(1, Pot::paid) == 20'000);
    CHECK(pool.pot(2, Pot::paid) == 30'000);
}
