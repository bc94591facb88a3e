// The payer over a simulated wallet, chain and store, one thing at a time.
#include "payout/payment/payer.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/paying_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// With one user to be paid 60,000 and nothing that fails.
struct CalmPool : Pool {
    CalmPool() : Pool(1) {
        chance.be_quiet();
        node.lags = false;
        deposit(100'000);
        credit(1, 60'000);
    }
};

}  // namespace

TEST_CASE("a payment is planned, signed, sent and settled when it is deep") {
    CalmPool pool;
    const auto first = pool.run();
    CHECK(first.planned == 1);
    CHECK(first.signed_ == 1);
    CHECK(first.sent == 1);
    CHECK(first.open == 1);
    CHECK(first.troubles.empty());
    CHECK(pool.pot(1, Pot::locked) == 60'000);
    pool.mine(5);
    CHECK(pool.run().settled == 0);
    pool.mine();
    const auto last = pool.run();
    CHECK(last.settled == 1);
    CHECK(last.open == 0);
    CHECK(pool.pot(1, Pot::paid) == 60'000);
    CHECK(pool.paid_in_chain(1) == 60'000);
}

TEST_CASE("with a second node both must see it deep") {
    CalmPool pool;
    pool.second_node = true;
    REQUIRE(pool.run().sent == 1);
    pool.mine(6);
    SimulatedChain behind;  // knows none of these blocks
    SimulatedNode stranger(behind, pool.chance);
    Payer lonely({pool.store, pool.wallet, {&stranger}}, pool.settings);
    CHECK(lonely.run(pool.now).value().settled == 0);
    CHECK(pool.run().settled == 1);
}

TEST_CASE("with a second node both must see what a payment's coin came from replaced") {
    CalmPool pool;
    pool.second_node = true;
    REQUIRE(pool.run().sent == 1);
    // Of the first one's change, and of the second one's.
    for (const std::uint32_t number : {2U, 3U}) {
        pool.credit(number, 10'000);
        pool.now += pool.settings.interval;
        REQUIRE(pool.run().sent == 1);
    }
    const auto theft = pool.theft(pool.store.payments.begin()->second.draft.inputs[0].coin);
    pool.chain.known[bitcoin::txid(theft)] = theft;
    pool.chain.mine({bitcoin::txid(theft)});
    pool.mine(5);
    pool.settings.interval = std::chrono::hours(24);
    SimulatedChain behind;  // knows none of these blocks
    SimulatedNode stranger(behind, pool.chance);
    Payer lonely({pool.store, pool.wallet, {&stranger}}, pool.settings);
    CHECK(lonely.run(pool.now).value().cancelled == 0);
    CHECK(pool.run().cancelled == 3);
}

TEST_CASE("a payment begun by a clock that was ahead holds none up") {
    CalmPool pool;
    pool.now += std::chrono::hours(24 * 365);
    REQUIRE(pool.run().planned == 1);
    pool.now = start;
    pool.mine(6);
    pool.credit(2, 20'000);
    CHECK(pool.run().planned == 1);
    pool.credit(3, 20'000);
    CHECK(pool.run().planned == 0);
}

TEST_CASE("the next payment waits for its interval and for room") {
    CalmPool pool;
    REQUIRE(pool.run().planned == 1);
    pool.credit(2, 20'000);
    CHECK(pool.run().planned == 0);
    pool.now += pool.settings.interval;
    pool.settings.open_max = 1;
    const auto full = pool.run();
    CHECK(full.planned == 0);
    CHECK(full.troubles.size() == 1);
    pool.settings.open_max = 2;
    // Out of the first one's change, which is not confirmed.
    CHECK(pool.run().planned == 1);
    CHECK(pool.store.payments.rbegin()->second.draft.inputs[0].coin.txid ==
          pool.store.payments.begin()->second.versions[0].txid);
}

TEST_CASE("who does not fit into a payment is paid by another at once, within the limit") {
    CalmPool pool;
    pool.deposit(100'000);
    pool.settings.outputs_max = 1;
    pool.settings.batch_max = Satoshi(75'000);
    pool.credit(2, 20'000);
    pool.credit(3, 70'000);
    const auto report = pool.run();
    CHECK(report.planned == 2);
    CHECK(report.sent == 2);
    CHECK(pool.pot(2, Pot::locked) == 20'000);
    CHECK(pool.pot(1, Pot::locked) == 55'000);
    CHECK(pool.pot(3, Pot::locked) == 0);
}

TEST_CASE("a pass that is held plans and signs nothing") {
    Pool pool(1);
    pool.chance.be_quiet();
    pool.deposit(1'000'000);
    pool.credit(1, 400'000);
    const auto held = pool.payer().run(pool.now, "a block is gone").value();
    CHECK(held.pause.reason == "a block is gone");
    CHECK(pool.store.payments.empty());
    // Planned in a pass whose wallet failed, it is not signed in one that is held.
    pool.run();
    pool.only_payment().versions.clear();
    pool.only_payment().state = PaymentState::locked;
    const auto again = pool.payer().run(pool.now, "a block is gone").value();
    CHECK(again.signed_ + again.sent == 0);
    CHECK(pool.only_payment().state == PaymentState::locked);
}

TEST_CASE("a coin without a confirmation is spent only if it is a payment's change") {
    CalmPool pool;
    auto moved = pool.theft(pool.chain.unspent().begin()->first);
    moved.outputs = {{Satoshi(99'000), script_of(SimulatedWallet::first_script)}};
    REQUIRE(pool.chain.offer(moved).empty());
    CHECK(pool.run().planned == 0);
    pool.mine();
    CHECK(pool.run().planned == 1);
}

TEST_CASE("a pause begins and sends nothing new, and follows what is out") {
    CalmPool pool;
    pool.store.paused = {true, "looking"};
    CHECK(pool.run().planned == 0);
    CHECK(pool.run().pause.reason == "looking");
    pool.store.paused = {};
    REQUIRE(pool.run().sent == 1);
    pool.store.paused = {true, "looking"};
    pool.mine(6);
    CHECK(pool.run().settled == 1);
}

TEST_CASE("what is signed and no node has seen is not sent while payments are paused") {
    CalmPool pool;
    REQUIRE(pool.run().sent == 1);
    pool.only_payment().state = PaymentState::signed_;
    pool.chain.mempool.clear();
    pool.store.paused = {true, "looking"};
    CHECK(pool.run().sent == 0);
    CHECK(pool.chain.mempool.empty());
    pool.store.paused = {};
    CHECK(pool.run().sent == 1);
}

TEST_CASE("what is paid today counts against the day's limit") {
    CalmPool pool;
    pool.settings.day_max = Satoshi(70'000);
    REQUIRE(pool.run().planned == 1);
    pool.credit(2, 20'000);
    pool.now += pool.settings.interval;
    auto report = pool.run();
    CHECK(pool.pot(2, Pot::locked) == 10'000);
    pool.now += std::chrono::hours(25);
    CHECK(pool.run().planned == 1);
    CHECK(pool.pot(2, Pot::locked) == 20'000);
}

TEST_CASE("a dry run shows who would be paid and changes nothing") {
    CalmPool pool;
    const auto plan = pool.payer().plan(pool.now).value();
    REQUIRE(plan.draft.items.size() == 1);
    CHECK(plan.draft.items[0].amount == Satoshi(60'000));
    CHECK(pool.store.payments.empty());
    CHECK(pool.pot(1, Pot::balance) == 60'000);
}

TEST_CASE("fee recipients are paid where the settings say") {
    CalmPool pool;
    const Owner purse{Owner::Kind::fee, "pool"};
    Transaction transaction{.key = "fee"};
    transaction.entries = {{{purse, Pot::balance}, Satoshi(30'000)},
                           {{{Owner::Kind::world, ""}, Pot::mined}, Satoshi(-30'000)}};
    REQUIRE(pool.store.post(transaction));
    const auto without = pool.payer().plan(pool.now).value();
    REQUIRE(without.skipped.size() == 1);
    CHECK(without.skipped[0].reason == SkipReason::no_address);
    pool.settings.fee_addresses["pool"] = address_of(9);
    const auto with = pool.payer().plan(pool.now).value();
    REQUIRE(with.draft.items.size() == 2);
    CHECK(with.draft.items[0].address == address_of(9));
}

TEST_CASE("a hot wallet that holds more than its cap is told") {
    CalmPool pool;
    pool.settings.hot_max = Satoshi(99'000);
    pool.store.paused = {true, "x"};
    CHECK(pool.run().over_hot_max == Satoshi(1'000));
    pool.settings.wallet = WalletKind::watch_only;
    CHECK(pool.run().over_hot_max == Satoshi(0));
}

TEST_CASE("a bump is stored, sent and settles the payment") {
    CalmPool pool;
    REQUIRE(pool.run().sent == 1);
    const auto fee = pool.payer().bump(PaymentId(1), std::nullopt, pool.now).value();
    const Payment& payment = pool.only_payment();
    REQUIRE(payment.versions.size() == 2);
    CHECK(payment.versions[1].fee == fee);
    CHECK(fee > payment.versions[0].fee);
    CHECK_FALSE(pool.chain.in_mempool(payment.versions[1].txid));
    REQUIRE(pool.run().troubles.empty());
    CHECK(pool.chain.in_mempool(payment.versions[1].txid));
    CHECK_FALSE(pool.chain.in_mempool(payment.versions[0].txid));
    pool.mine(6);
    CHECK(pool.run().settled == 1);
    CHECK(pool.store.ledger[{{Owner::Kind::world, ""}, Pot::network_fee}] == fee.value());
    CHECK(pool.paid_in_chain(1) == 60'000);
}

TEST_CASE("what cannot be bumped is told why") {
    CalmPool pool;
    CHECK(pool.payer().bump(PaymentId(1), {}, pool.now).error().code == ErrorCode::rejected);
    REQUIRE(pool.run().sent == 1);
    const auto high = pool.payer().bump(PaymentId(1), FeeRate(100'001), pool.now);
    CHECK(high.error().context.find("above the limit") != std::string::npos);
    pool.credit(2, 20'000);
    pool.now += pool.settings.interval;
    REQUIRE(pool.run().planned == 1);
    const auto spent = pool.payer().bump(PaymentId(1), {}, pool.now);
    CHECK(spent.error().context.find("payment 2 spends its change") != std::string::npos);
    pool.mine();
    const auto late = pool.payer().bump(PaymentId(1), {}, pool.now);
    CHECK(late.error().context.find("in a block") != std::string::npos);
}

TEST_CASE("a payment whose coin was spent otherwise is cancelled six deep and planned anew") {
    CalmPool pool;
    REQUIRE(pool.run().sent == 1);
    const auto coin = pool.only_payment().draft.inputs[0].coin;
    const auto theft = pool.theft(coin);
    pool.chain.known[bitcoin::txid(theft)] = theft;
    pool.chain.mine({bitcoin::txid(theft)});
    pool.mine(4);
    const auto waiting = pool.run();
    CHECK(waiting.cancelled == 0);
    CHECK(waiting.troubles.size() == 2);  // refused, and why
    pool.mine();
    CHECK(pool.run().cancelled == 1);
    CHECK(pool.pot(1, Pot::balance) == 60'000);
    pool.deposit(100'000);
    CHECK(pool.run().planned == 1);
    pool.mine(6);
    CHECK(pool.run().settled == 1);
    CHECK(pool.paid_in_chain(1) == 60'000);
}

TEST_CASE("a replacement that somebody made in the wallet settles the payment") {
    CalmPool pool;
    REQUIRE(pool.run().sent == 1);
    const auto raw = pool.only_payment().versions[0].raw;
    auto made = bitcoin::parse_transaction(raw).value();
    made.outputs[1].amount = Satoshi(made.outputs[1].amount.value() - 5'000);
    REQUIRE(pool.chain.offer(made).empty());
    pool.mine(6);
    CHECK(pool.run().settled == 0);  // adopted first
    CHECK(pool.run().settled == 1);
    CHECK(pool.pot(1, Pot::paid) == 60'000);
    CHECK(pool.store.ledger[{{Owner::Kind::world, ""}, Pot::network_fee}] == pool.chain.fee(made));
}

TEST_CASE("one transaction made by hand pays one payment, not two that look alike") {
    CalmPool pool;
    REQUIRE(pool.run().sent == 1);
    pool.deposit(100'000);
    pool.credit(1, 60'000);
    pool.now += pool.settings.interval;
    REQUIRE(pool.run().sent == 1);
    REQUIRE(pool.store.payments.size() == 2);
    bitcoin::Transaction made;
    for (const auto& [id, payment] : pool.store.payments) {
        made.inputs.push_back({.previous = payment.draft.inputs[0].coin});
    }
    made.outputs.push_back({Satoshi(60'000), script_of(1)});
    pool.chain.known[bitcoin::txid(made)] = made;
    pool.chain.mine({bitcoin::txid(made)});
    CHECK(pool.run().cancelled == 0);
    pool.mine(5);
    const auto last = pool.run();
    CHECK(last.settled == 1);
    CHECK(last.cancelled == 1);
    CHECK(pool.pot(1, Pot::paid) == 60'000);
    CHECK(pool.paid_in_chain(1) == 60'000);
    CHECK(pool.pot(1, Pot::balance) == 60'000);
}

TEST_CASE("coins that were taken meanwhile are a trouble, and no error of the lease") {
    CalmPool pool;
    pool.store.coins_are_taken = true;
    const auto report = pool.run();
    CHECK(report.planned == 0);
    REQUIRE(report.troubles.size() == 1);
    CHECK(report.troubles[0].find("taken") != std::string::npos);
    pool.store.coins_are_taken = false;
    CHECK(pool.run().planned == 1);
}

TEST_CASE("a watch-only wallet's payment waits for people's signatures") {
    CalmPool pool;
    pool.settings.wallet = WalletKind::watch_only;
    CHECK(pool.run().planned == 1);
    CHECK(pool.only_payment().state == PaymentState::locked);
    const auto psbt = pool.payer().export_psbt(PaymentId(1), {}).value();
    const auto txid = pool.payer().import_psbt(PaymentId(1), psbt, pool.now).value();
    CHECK(pool.only_payment().versions[0].txid == txid);
    CHECK(pool.payer().export_psbt(PaymentId(1), {}).error().code == ErrorCode::rejected);
    REQUIRE(pool.run().sent == 1);
    const auto bumped = pool.payer().export_psbt(PaymentId(1), FeeRate(50'000)).value();
    REQUIRE(pool.payer().import_psbt(PaymentId(1), bumped, pool.now));
    CHECK(pool.only_payment().versions.size() == 2);
    REQUIRE(pool.run().troubles.empty());
    pool.mine(6);
    CHECK(pool.run().settled == 1);
}

TEST_CASE("a PSBT that leaves the change to the miner is refused") {
    CalmPool pool;
    pool.settings.wallet = WalletKind::watch_only;
    REQUIRE(pool.run().planned == 1);
    REQUIRE(pool.payer().export_psbt(PaymentId(1), {}).value() == "0");
    auto wasteful = pool.wallet.psbts[0];
    REQUIRE(wasteful.outputs.size() == 2);
    wasteful.outputs[1].amount = Satoshi(1'000);
    pool.wallet.psbts.push_back(wasteful);
    const auto refused = pool.payer().import_psbt(PaymentId(1), "1", pool.now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context.find("is allowed") != std::string::npos);
    CHECK(pool.only_payment().versions.empty());
}

TEST_CASE("a PSBT that is none of the payment's is refused") {
    CalmPool pool;
    pool.settings.wallet = WalletKind::watch_only;
    REQUIRE(pool.run().planned == 1);
    pool.wallet.psbts.push_back(pool.theft(pool.only_payment().draft.inputs[0].coin));
    const auto refused = pool.payer().import_psbt(PaymentId(1), "0", pool.now);
    CHECK(refused.error().code == ErrorCode::rejected);
    CHECK(pool.only_payment().versions.empty());
}
