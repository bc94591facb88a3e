// Payments through histories in which the process ends anywhere, answers are lost, blocks are
// re-organised and coins are spent by others.
#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/paying_pool.hpp"

using namespace lode;
using namespace lode::payout;
using namespace lode::payout::test;

namespace {

// Each is some hundred passes; all of them take over a minute of a core under ASan.
#ifdef __SANITIZE_ADDRESS__
constexpr std::uint64_t histories = 5'000;
#else
constexpr std::uint64_t histories = 20'000;
#endif

constexpr std::uint32_t users = 5;

// A pool's life as chance will have it, then calm until every payment has ended.
class History {
  public:
    explicit History(std::uint64_t seed) : pool_(seed) {
        auto& chance = pool_.chance;
        pool_.second_node = chance.one_in(2);
        pool_.settings.fee_payer = chance.one_in(2) ? FeePayer::pool : FeePayer::recipients;
        watch_only_ = chance.one_in(4);
        if (watch_only_) pool_.settings.wallet = WalletKind::watch_only;
        pool_.deposit(300'000);
    }

    void live() {
        for (auto steps = 15 + pool_.chance.below(25); steps > 0; --steps) {
            guarded([&] { act(); });
            check_now();
        }
    }
    void end() {
        pool_.chance.be_quiet();
        pool_.node.lags = false;
        pool_.store.paused = {};
        pool_.settings.interval = std::chrono::hours(10'000);
        for (int round = 0; round < 60 && !pool_.store.open_now().empty(); ++round) {
            if (watch_only_) people_sign();
            pool_.run();
            pool_.mine();
            check_now();
        }
        check_end();
    }
    [[nodiscard]] std::size_t payments(PaymentState state) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            pool_.store.payments, [&](const auto& each) { return each.second.state == state; }));
    }
    std::size_t crashes = 0;
    std::size_t versions = 0;

  private:
    template <class Action>
    void guarded(Action action) {
        try {
            action();
        } catch (const Crash&) {
            ++crashes;
        }
    }

    void act() {
        auto& chance = pool_.chance;
        const auto number = static_cast<std::uint32_t>(1 + chance.below(users));
        const auto amount = static_cast<std::int64_t>(1'000 + chance.below(60'000));
        switch (chance.below(20)) {
            case 0:
                return pool_.credit(number, amount);
            case 1:
                return pool_.credit(number, amount);
            case 2:
                return pool_.deposit(2 * amount);
            case 3:
                return steal();
            case 4:
                return replace_by_hand();
            case 5:
                return reorganise();
            case 6:
                return bump();
            case 7:
                return restart_node();
            case 8:
                pool_.store.paused.paused = chance.one_in(3);
                return;
            case 9:
                return watch_only_ ? people_sign() : pool_.mine();
            case 10:
            case 11:
            case 12:
                return pool_.mine();
            default:
                break;
        }
        pool_.now += std::chrono::minutes(chance.below(20));
        const auto ran = pool_.payer().run(pool_.now);
        // Only what chance breaks is broken.
        if (!ran) REQUIRE(ran.error().code == ErrorCode::unavailable);
    }

    // Somebody spends coins of the wallet by hand, such as a payment's.
    void steal() {
        std::vector<bitcoin::OutPoint> ours;
        for (const auto& [at, output] : pool_.chain.unspent()) {
            if (SimulatedWallet::is_ours(output.script)) ours.push_back(at);
        }
        if (ours.empty()) return;
        const auto theft = pool_.theft(ours[pool_.chance.below(ours.size())]);
        if (pool_.chain.offer(theft).empty()) return;
        const auto txid = bitcoin::txid(theft);
        pool_.chain.known[txid] = theft;
        if (pool_.chance.one_in(2)) pool_.chain.mine({txid});
    }
    // Somebody raises a payment's fee in the wallet.
    void replace_by_hand() {
        const auto open = pool_.store.open_now();
        if (open.empty()) return;
        const Payment& payment = open[pool_.chance.below(open.size())];
        if (payment.versions.empty()) return;
        auto made = bitcoin::parse_transaction(payment.versions.back().raw).value();
        if (made.outputs.size() == payment.draft.items.size()) return;
        auto& change = made.outputs.back().amount;
        change = Satoshi(change.value() - std::min<std::int64_t>(change.value() / 2, 3'000));
        pool_.chain.offer(made);
    }
    // The new chain is longer than what it undoes; any transaction that is known may stand in it in
    // place of its rivals. No deeper than what is settled.
    void reorganise() {
        const auto depth = static_cast<std::int64_t>(1 + pool_.chance.below(5));
        pool_.chain.reorganise(depth);
        if (pool_.chance.one_in(2)) {
            std::vector<Hash> any;
            for (const auto& [txid, transaction] : pool_.chain.known) any.push_back(txid);
            for (std::size_t i = any.size(); i > 1; --i) {
                std::swap(any[i - 1], any[pool_.chance.below(i)]);
            }
            pool_.chain.mine(any);
        }
        for (std::int64_t i = 0; i < depth; ++i) pool_.chain.mine({});
    }
    void bump() {
        const auto open = pool_.store.open_now();
        if (open.empty()) return;
        const Payment& payment = open[pool_.chance.below(open.size())];
        const auto rate = FeeRate(static_cast<std::int64_t>(1'000 + pool_.chance.below(100'000)));
        auto payer = pool_.payer();
        if (watch_only_) {
            const auto psbt = payer.export_psbt(payment.id, rate);
            if (psbt) static_cast<void>(payer.import_psbt(payment.id, psbt.value(), pool_.now));
        } else {
            static_cast<void>(payer.bump(payment.id, rate, pool_.now));
        }
    }
    void restart_node() {
        pool_.wallet.locked.clear();
        if (pool_.chance.one_in(2)) pool_.chain.mempool.clear();
    }
    // Signed and handed back, or sent by somebody who did not wait.
    void people_sign() {
        for (const Payment& payment : pool_.store.open_now()) {
            if (!payment.versions.empty()) continue;
            auto payer = pool_.payer();
            const auto psbt = payer.export_psbt(payment.id, {});
            if (!psbt) continue;
            if (pool_.chance.one_in(3)) {
                const auto& unsigned_one = pool_.wallet.psbts.at(std::stoul(psbt.value()));
                pool_.chain.offer(SimulatedWallet::signed_by(unsigned_one));
            } else {
                static_cast<void>(payer.import_psbt(payment.id, psbt.value(), pool_.now));
            }
        }
    }

    // Nobody has got more than is set aside.
    void check_now() {
        for (std::uint32_t number = 1; number <= users; ++number) {
            REQUIRE(pool_.paid_in_chain(number) <=
                    pool_.pot(number, Pot::paid) + pool_.pot(number, Pot::locked));
        }
    }
    void check_end() {
        REQUIRE(pool_.store.open_now().empty());
        std::int64_t all = 0;
        for (const auto& [account, amount] : pool_.store.ledger) {
            REQUIRE((amount >= 0 || may_be_negative(account)));
            all += amount;
        }
        REQUIRE(all == 0);
        std::int64_t fees = 0;
        for (const auto& [id, payment] : pool_.store.payments) {
            int confirmed = 0;
            for (const PaymentVersion& version : payment.versions) {
                if (pool_.chain.confirmations(version.txid) == 0) continue;
                ++confirmed;
                fees += pool_.chain.fee(pool_.chain.known.at(version.txid));
            }
            REQUIRE(confirmed == (payment.state == PaymentState::settled ? 1 : 0));
            versions += payment.versions.size();
        }
        REQUIRE(fees == pool_.store.ledger[{{Owner::Kind::world, ""}, Pot::network_fee}]);
        for (std::uint32_t number = 1; number <= users; ++number) {
            REQUIRE(pool_.paid_in_chain(number) == pool_.pot(number, Pot::paid));
            REQUIRE(pool_.pot(number, Pot::locked) == 0);
        }
    }

    Pool pool_;
    bool watch_only_ = false;
};

}  // namespace

TEST_CASE("whatever happens, the chain pays what the ledger says, once") {
    std::size_t settled = 0;
    std::size_t cancelled = 0;
    std::size_t versions = 0;
    std::size_t crashes = 0;
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        History history(seed);
        history.live();
        history.end();
        settled += history.payments(PaymentState::settled);
        cancelled += history.payments(PaymentState::cancelled);
        versions += history.versions;
        crashes += history.crashes;
    }
    // The histories are what they are meant to be.
    CHECK(settled > histories / 2);
    CHECK(cancelled > histories / 20);
    CHECK(versions > settled + cancelled);
    CHECK(crashes > histories / 2);
}
