// A pool that pays, in memory: users with balances, a wallet with coins, and a payer that is made
// anew for each pass as after a restart.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "tests/payout/payment/simulated_store.hpp"

namespace lode::payout::test {

inline constexpr auto start = from_unix_ms(1'700'000'000'000);

class Pool {
  public:
    explicit Pool(std::uint64_t seed) : chance(seed) {
        settings.network = network;
        settings.minimum = Satoshi(5'000);
        settings.interval = std::chrono::minutes(10);
        settings.fee_rate_max = FeeRate(100'000);
        chain.clock = &now;
    }

    void credit(std::uint32_t number, std::int64_t amount) {
        credit_as("credit " + std::to_string(++credits_), number, amount);
    }
    void credit_as(const std::string& key, std::uint32_t number, std::int64_t amount) {
        Transaction transaction{.key = key};
        transaction.entries = {{{owner(number), Pot::balance}, Satoshi(amount)},
                               {{{Owner::Kind::world, ""}, Pot::mined}, Satoshi(-amount)}};
        REQUIRE(store.post(transaction));
    }
    void deposit(std::int64_t amount) {
        chain.deposit({Satoshi(amount), script_of(SimulatedWallet::first_script)});
    }
    static Owner owner(std::uint32_t number) { return user(address_of(number)); }
    std::int64_t pot(std::uint32_t number, Pot which) {
        return store.ledger[{owner(number), which}];
    }
    // What the chain pays a user, at least so deep.
    [[nodiscard]] std::int64_t paid_in_chain(std::uint32_t number, std::int64_t depth = 1) const {
        const Bytes script = script_of(number);
        std::int64_t sum = 0;
        for (const auto& block : chain.blocks) {
            for (const Hash& txid : block.txids) {
                if (chain.confirmations(txid) < depth) continue;
                for (const auto& output : chain.known.at(txid).outputs) {
                    if (output.script == script) sum += output.amount.value();
                }
            }
        }
        return sum;
    }
    void mine(int count = 1) {
        for (; count > 0; --count) chain.mine(chain.mempool);
    }
    // A new process each time: nothing is kept in memory.
    Payer payer() {
        Payer::Neighbours neighbours{store, wallet, {}};
        if (second_node) neighbours.others.push_back(&node);
        if (compares)
            neighbours.watch = &watch.emplace(SentWatch::Neighbours{store, wallet}, network);
        return Payer(std::move(neighbours), settings);
    }
    PayReport run() {
        now += std::chrono::minutes(1);
        return payer().run(now).value();
    }
    Payment& only_payment() {
        REQUIRE(store.payments.size() == 1);
        return store.payments.begin()->second;
    }
    // Spends a coin of the wallet's to somebody else.
    bitcoin::Transaction theft(const bitcoin::OutPoint& coin) const {
        bitcoin::Transaction made;
        made.inputs.push_back({.previous = coin});
        made.outputs.push_back({Satoshi(1'000), script_of(77)});
        return made;
    }

    Chance chance;
    SimulatedChain chain;
    SimulatedWallet wallet{chain, chance};
    SimulatedNode node{chain, chance};
    SimulatedStore store{chance};
    PayerSettings settings;
    bool second_node = false;
    bool compares = false;             // the wallet with the books
    std::optional<SentWatch> watch{};  // of the newest payer
    UnixTime now = start;

  private:
    int credits_ = 0;
};

}  // namespace lode::payout::test
