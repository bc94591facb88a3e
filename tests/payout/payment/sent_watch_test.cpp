// The wallet's list against the books: what pauses payments, and what does not.
#include "payout/payment/sent_watch.hpp"

#include "tests/payout/payment/paying_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// A pool whose user 1 was paid 20,000.
struct PaidPool {
    Pool pool{7};

    PaidPool() {
        pool.chance.be_quiet();
        pool.compares = true;
        pool.deposit(300'000);
        pool.credit(1, 20'000);
    }
    PayReport pay() {
        pool.now += std::chrono::hours(1);
        return pool.run();
    }
    Hash paid() { return pool.only_payment().versions.back().txid; }
    std::vector<UnknownSend> unknown() {
        SentWatch watch({pool.store, pool.wallet}, network);
        return watch.look(SentWatch::When::now, pool.now).value();
    }
    // Pays somebody, out of any coin of the wallet's.
    bitcoin::Transaction spend(const Bytes& script) {
        bitcoin::Transaction made = pool.theft(own_coin());
        made.outputs.front().script = script;
        REQUIRE(pool.chain.offer(made).empty());
        return made;
    }
    bitcoin::OutPoint own_coin() {
        for (const auto& [at, output] : pool.chain.unspent_soon()) {
            if (SimulatedWallet::is_ours(output.script)) return at;
        }
        FAIL("the wallet is empty");
        return {};
    }
};

}  // namespace

TEST_CASE("a pool's own payments are known") {
    PaidPool paid;
    CHECK(paid.pay().sent == 1);
    CHECK(paid.unknown().empty());
}

TEST_CASE("a payment that the books have forgotten stops all payments, and is named") {
    PaidPool paid;
    const auto backup = paid.pool.store.backup();
    REQUIRE(paid.pay().sent == 1);
    const Hash txid = paid.paid();
    for (const int blocks : {0, 1, 6}) {  // unconfirmed ones too
        paid.pool.mine(blocks);
        paid.pool.store.restore(backup);
        const PayReport report = paid.pay();
        CHECK(report.planned == 0);
        REQUIRE(report.unknown.size() == 1);
        CHECK(report.unknown.front().txid == txid);
        CHECK(report.pause.reason.find(bitcoin::to_display_hex(txid)) != std::string::npos);
    }
    CHECK(paid.pool.paid_in_chain(1) == 20'000);
}

TEST_CASE("before a payment is begun the wallet is looked at once more") {
    PaidPool paid;
    SentWatch watch({paid.pool.store, paid.pool.wallet}, network);
    Payer payer({paid.pool.store, paid.pool.wallet, {}, &watch}, paid.pool.settings);
    const auto backup = paid.pool.store.backup();
    paid.pool.now += std::chrono::hours(1);
    REQUIRE(payer.run(paid.pool.now).value().sent == 1);
    paid.pool.store.restore(backup);
    paid.pool.mine();
    // No look is due yet.
    const auto report = payer.run(paid.pool.now + std::chrono::minutes(1)).value();
    CHECK(report.planned == 0);
    CHECK(report.unknown.size() == 1);
}

TEST_CASE("what was sent before the pool owed anything is not its matter") {
    PaidPool paid;
    paid.pool.store.ledger.clear();
    paid.spend(script_of(77));
    CHECK(paid.unknown().empty());
}

TEST_CASE(
    "coins that only move within the wallet pay nobody, others are asked about until ignored") {
    PaidPool paid;
    paid.spend(script_of(SimulatedWallet::first_script));
    CHECK(paid.unknown().empty());
    const auto sent = bitcoin::txid(paid.spend(script_of(77)));
    REQUIRE(paid.unknown().size() == 1);
    paid.pool.store.ignored.insert(sent);
    CHECK(paid.unknown().empty());
}

TEST_CASE("a replacement made by hand is its payment's, and is looked at as long as that is open") {
    PaidPool paid;
    REQUIRE(paid.pay().sent == 1);
    auto raised = paid.pool.chain.known.at(paid.paid());
    raised.outputs.back().amount = Satoshi(raised.outputs.back().amount.value() - 3'000);
    REQUIRE(paid.pool.chain.offer(raised).empty());
    CHECK(paid.unknown().empty());
    // One that pays another besides is not.
    raised.outputs.push_back({Satoshi(1'000), script_of(77)});
    raised.outputs[raised.outputs.size() - 2].amount =
        Satoshi(raised.outputs[raised.outputs.size() - 2].amount.value() - 9'000);
    REQUIRE(paid.pool.chain.offer(raised).empty());
    REQUIRE(paid.unknown().size() == 1);
    CHECK(paid.unknown().front().txid == bitcoin::txid(raised));
}

TEST_CASE("what can never be any more is dead six blocks deep, and not before") {
    PaidPool paid;
    const auto coin = paid.own_coin();
    const auto first = paid.spend(script_of(77));
    const auto rival = paid.pool.theft(coin);
    paid.pool.chain.known[bitcoin::txid(rival)] = rival;
    paid.pool.store.ignored.insert(bitcoin::txid(rival));
    auto other = first;
    other.outputs.front().amount = Satoshi(2'000);
    paid.pool.chain.known[bitcoin::txid(other)] = other;
    paid.pool.chain.heard[bitcoin::txid(other)] = paid.pool.now;
    paid.pool.store.ignored.insert(bitcoin::txid(first));
    paid.pool.mine(5);
    CHECK(paid.unknown().size() == 1);
    paid.pool.mine();
    CHECK(paid.unknown().empty());
}

TEST_CASE(
    "a look begins where the last one ended, two hours before for clocks that were set back") {
    PaidPool paid;
    REQUIRE(paid.pay().sent == 1);
    CHECK(paid.unknown().empty());
    REQUIRE(paid.pool.store.compared_until);
    CHECK(*paid.pool.store.compared_until == paid.pool.chain.heard.at(paid.paid()));
}
