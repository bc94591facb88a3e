// Payments through histories in which the process ends anywhere, answers are lost, blocks are
// re-organised, coins are spent by others, and the database is put back to what it was.
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
        pool_.compares = chance.one_in(2);
        pool_.deposit(300'000);
        credit(1, 1'000);  // books without anything are those of a new pool
    }

    void live() {
        const std::uint64_t most = pool_.compares ? 60 : 25;
        for (auto steps = 15 + pool_.chance.below(most); steps > 0; --steps) {
            guarded([&] { act(); });
            check_now();
        }
    }
    void end() {
        pool_.chance.be_quiet();
        pool_.node.lags = false;
        pool_.store.paused = {};
        pool_.settings.interval = std::chrono::hours(10'000);
        for (int round = 0; round < 60; ++round) {
            const bool attended = pool_.compares && attend();
            if (!attended && pool_.store.open_now().empty()) break;
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
    std::size_t restored = 0;
    std::size_t booked = 0;

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
        switch (chance.below(pool_.compares ? 26 : 20)) {
            case 0:
            case 1:
                return credit(number, amount);
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
            case 20:
                return back_up();
            case 21:
                return restore();
            case 22:
            case 23:
            case 24:
            case 25:
                attend();
                return;
            default:
                break;
        }
        pool_.now += std::chrono::minutes(chance.below(20));
        const auto ran = pool_.payer().run(pool_.now);
        // Only what chance breaks is broken.
        if (!ran) REQUIRE(ran.error().code == ErrorCode::unavailable);
    }

    void credit(std::uint32_t number, std::int64_t amount) {
        credits_.push_back({"credit " + std::to_string(credits_.size()), number, amount, false});
        pool_.credit_as(credits_.back().key, number, amount);
    }
    void back_up() {
        if (!backup_) backup_ = pool_.store.backup();
    }
    // Credits of since then come again, or are lost for good: those are booked on the reserve.
    void restore() {
        if (!backup_) return;
        pool_.store.restore(*std::exchange(backup_, std::nullopt));
        ++restored;
        const bool come_again = pool_.chance.one_in(2);
        for (Credited& each : credits_) {
            if (each.lost || pool_.store.keys.contains(each.key)) continue;
            each.lost = !come_again;
            if (come_again) pool_.credit_as(each.key, each.number, each.amount);
        }
    }
    // A person looks what the wallet sent that the books do not know: what pays users is booked,
    // anything else is his own. Whether there was any.
    bool attend() {
        SentWatch watch({pool_.store, pool_.wallet}, network);
        const auto unknown = watch.look(SentWatch::When::now, pool_.now);
        if (!unknown) return true;
        for (const UnknownSend& send : unknown.value()) {
            if (!pays_users(pool_.chain.known.at(send.txid))) {
                pool_.store.ignored.insert(send.txid);
                continue;
            }
            for (const Rest rest : {Rest::refused, Rest::reserve}) {
                SentBooking booking({pool_.store, pool_.store, pool_.wallet},
                                    {network, pool_.settings.fee_payer, rest});
                if (!booking.book(send.txid, pool_.now)) continue;
                ++booked;
                break;
            }
        }
        return !unknown.value().empty();
    }
    static bool pays_users(const bitcoin::Transaction& transaction) {
        return std::ranges::any_of(transaction.outputs, [](const bitcoin::TxOutput& output) {
            return is_users(output.script);
        });
    }
    static bool is_users(const Bytes& script) {
        for (std::uint32_t number = 1; number <= users; ++number) {
            if (script == script_of(number)) return true;
        }
        return false;
    }
    [[nodiscard]] std::int64_t credited(std::uint32_t number) const {
        std::int64_t sum = 0;
        for (const Credited& each : credits_) sum += each.number == number ? each.amount : 0;
        return sum;
    }
    // What settled payments have paid to the user's address, whoever bore it.
    [[nodiscard]] std::int64_t settled_to(std::uint32_t number) const {
        std::int64_t sum = 0;
        for (const auto& [id, payment] : pool_.store.payments) {
            if (payment.state != PaymentState::settled) continue;
            for (const PaymentItem& item : payment.draft.items) {
                if (item.script == script_of(number)) sum += item.net().value();
            }
        }
        return sum;
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

    // Nobody has got more than he ever earned, nor, by books that forgot nothing, than is set
    // aside.
    void check_now() {
        for (std::uint32_t number = 1; number <= users; ++number) {
            REQUIRE(pool_.paid_in_chain(number) <= credited(number));
            if (restored > 0) continue;
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
            REQUIRE(pool_.paid_in_chain(number) == settled_to(number));
            REQUIRE((restored > 0 || settled_to(number) == pool_.pot(number, Pot::paid)));
            REQUIRE(pool_.pot(number, Pot::locked) == 0);
        }
    }

    struct Credited {
        std::string key;
        std::uint32_t number;
        std::int64_t amount;
        bool lost = false;
    };

    Pool pool_;
    bool watch_only_ = false;
    std::vector<Credited> credits_;
    std::optional<SimulatedStore::Backup> backup_;
};

}  // namespace

TEST_CASE("whatever happens, the chain pays what the ledger says, once") {
    std::size_t settled = 0;
    std::size_t cancelled = 0;
    std::size_t versions = 0;
    std::size_t crashes = 0;
    std::size_t restored = 0;
    std::size_t booked = 0;
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        CAPTURE(seed);
        History history(seed);
        history.live();
        history.end();
        settled += history.payments(PaymentState::settled);
        cancelled += history.payments(PaymentState::cancelled);
        versions += history.versions;
        crashes += history.crashes;
        restored += history.restored;
        booked += history.booked;
    }
    // The histories are what they are meant to be.
    CHECK(settled > histories / 2);
    CHECK(cancelled > histories / 20);
    CHECK(versions > settled + cancelled);
    CHECK(crashes > histories / 2);
    CHECK(restored > histories / 10);
    CHECK(booked > histories / 50);
}
