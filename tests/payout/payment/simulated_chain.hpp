// A chain, a mempool and a node's wallet in memory: coins come in, transactions conflict, replace
// one another, are mined and re-organised out. Every transaction here concerns the wallet.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "tests/payout/payment/builders.hpp"

namespace lode::payout::test {

struct OutPointLess {
    bool operator()(const bitcoin::OutPoint& a, const bitcoin::OutPoint& b) const {
        return std::tie(a.txid, a.index) < std::tie(b.txid, b.index);
    }
};
using Hash = bitcoin::Hash256;

class SimulatedChain {
  public:
    using Coins = std::map<bitcoin::OutPoint, bitcoin::TxOutput, OutPointLess>;
    struct Block {
        Hash hash;
        std::vector<Hash> txids;
    };

    [[nodiscard]] std::int64_t height() const { return static_cast<std::int64_t>(blocks.size()); }
    [[nodiscard]] std::int64_t confirmations(const Hash& txid) const {
        const auto found = mined_at_.find(txid);
        return found == mined_at_.end() ? 0 : height() - found->second;
    }
    // Its block, which exists.
    [[nodiscard]] const Block& block_of(const Hash& txid) const {
        return blocks[static_cast<std::size_t>(mined_at_.at(txid))];
    }
    [[nodiscard]] bool in_mempool(const Hash& txid) const {
        return std::ranges::find(mempool, txid) != mempool.end();
    }
    [[nodiscard]] const Coins& unspent() const { return unspent_; }
    // With the mempool's transactions done.
    [[nodiscard]] Coins unspent_soon() const {
        Coins coins = unspent_;
        for (const Hash& txid : mempool) apply(txid, coins);
        return coins;
    }
    // What spends the coin in the chain.
    [[nodiscard]] std::optional<Hash> spender(const bitcoin::OutPoint& coin) const {
        const auto found = spent_by_.find(coin);
        return found == spent_by_.end() ? std::nullopt : std::optional(found->second);
    }
    // How deep a conflict with it or with what it spends lies; 0: none.
    [[nodiscard]] std::int64_t conflict_depth(const Hash& txid) const {
        if (confirmations(txid) > 0) return 0;
        std::int64_t deepest = 0;
        const auto known_as = known.find(txid);
        if (known_as == known.end()) return 0;
        for (const auto& input : known_as->second.inputs) {
            if (const auto rival = spender(input.previous)) {
                deepest = std::max(deepest, confirmations(*rival));
            }
            deepest = std::max(deepest, conflict_depth(input.previous.txid));
        }
        return deepest;
    }
    [[nodiscard]] std::int64_t fee(const bitcoin::Transaction& transaction) const {
        std::int64_t fee = 0;
        for (const auto& input : transaction.inputs) {
            const auto& maker = known.at(input.previous.txid);
            fee += maker.outputs[input.previous.index].amount.value();
        }
        for (const auto& output : transaction.outputs) fee -= output.amount.value();
        return fee;
    }

    // Empty when taken or there already, else why not.
    std::string offer(const bitcoin::Transaction& transaction) {
        const Hash txid = bitcoin::txid(transaction);
        if (confirmations(txid) > 0 || in_mempool(txid)) return "";
        std::set<Hash> rivals;
        std::int64_t rival_fee = 0;
        for (const Hash& other : mempool) {
            const auto& theirs = known.at(other);
            const bool conflicts = std::ranges::any_of(theirs.inputs, [&](const auto& input) {
                return std::ranges::any_of(transaction.inputs, [&](const auto& own) {
                    return own.previous == input.previous;
                });
            });
            const bool descends = std::ranges::any_of(theirs.inputs, [&](const auto& input) {
                return rivals.contains(input.previous.txid);
            });
            if (!conflicts && !descends) continue;
            rivals.insert(other);
            rival_fee += fee(theirs);
        }
        Coins coins = unspent_;
        for (const Hash& other : mempool) {
            if (!rivals.contains(other)) apply(other, coins);
        }
        for (const auto& input : transaction.inputs) {
            if (!coins.contains(input.previous)) return "bad-txns-inputs-missingorspent";
        }
        known.insert_or_assign(txid, transaction);
        heard.emplace(txid, *clock);
        if (!rivals.empty() && fee(transaction) <= rival_fee) return "insufficient fee";
        std::erase_if(mempool, [&](const Hash& other) { return rivals.contains(other); });
        mempool.push_back(txid);
        return "";
    }

    // Puts these, as far as they are valid, into a block; what conflicts leaves the mempool.
    void mine(const std::vector<Hash>& txids) {
        Block block{hash_of(++blocks_made_), {}};
        for (const Hash& txid : txids) {
            const auto& inputs = known.at(txid).inputs;
            if (mined_at_.contains(txid) || std::ranges::any_of(inputs, [&](const auto& input) {
                    return !is_deposit(input) && !unspent_.contains(input.previous);
                })) {
                continue;
            }
            apply(txid, unspent_);
            for (const auto& input : inputs) spent_by_[input.previous] = txid;
            mined_at_[txid] = height();
            block.txids.push_back(txid);
        }
        blocks.push_back(std::move(block));
        clean_mempool();
    }
    // Coins from outside, in a block of their own.
    void deposit(const bitcoin::TxOutput& output) {
        bitcoin::Transaction made;
        made.inputs.push_back({.previous = {hash_of(++blocks_made_), deposit_index}});
        made.outputs.push_back(output);
        const Hash txid = bitcoin::txid(made);
        known.insert_or_assign(txid, made);
        deposits.push_back(txid);
        mine({txid});
    }
    // Takes back so many blocks; deposits are mined again at once, all else is in the mempool.
    void reorganise(std::int64_t depth) {
        std::vector<Hash> undone;
        for (; depth > 0 && !blocks.empty(); --depth) {
            undone.insert(undone.begin(), blocks.back().txids.begin(), blocks.back().txids.end());
            blocks.pop_back();
        }
        rebuild();
        std::vector<Hash> again;
        for (const Hash& txid : undone) {
            if (std::ranges::find(deposits, txid) != deposits.end()) again.push_back(txid);
        }
        undone.insert(undone.end(), mempool.begin(), mempool.end());
        mempool = std::move(undone);
        mine(again);
    }

    std::vector<Block> blocks{};
    std::vector<Hash> mempool{};  // parents before children
    std::map<Hash, bitcoin::Transaction> known{};
    std::vector<Hash> deposits{};
    std::map<Hash, UnixTime> heard{};  // when each but the deposits was first offered
    const UnixTime* clock = nullptr;   // what all of them go by

  private:
    static constexpr std::uint32_t deposit_index = 0xfffffff0;
    static bool is_deposit(const bitcoin::TxInput& input) {
        return input.previous.index == deposit_index;
    }
    void apply(const Hash& txid, Coins& coins) const {
        const auto& transaction = known.at(txid);
        for (const auto& input : transaction.inputs) coins.erase(input.previous);
        std::uint32_t index = 0;
        for (const auto& output : transaction.outputs) coins[{txid, index++}] = output;
    }
    void rebuild() {
        unspent_.clear();
        spent_by_.clear();
        mined_at_.clear();
        std::int64_t at = 0;
        for (const Block& block : blocks) {
            for (const Hash& txid : block.txids) {
                apply(txid, unspent_);
                for (const auto& input : known.at(txid).inputs) spent_by_[input.previous] = txid;
                mined_at_[txid] = at;
            }
            ++at;
        }
    }
    void clean_mempool() {
        Coins coins = unspent_;
        std::vector<Hash> kept;
        for (const Hash& txid : mempool) {
            const auto& inputs = known.at(txid).inputs;
            if (mined_at_.contains(txid) || std::ranges::any_of(inputs, [&](const auto& input) {
                    return !coins.contains(input.previous);
                })) {
                continue;
            }
            apply(txid, coins);
            kept.push_back(txid);
        }
        mempool = std::move(kept);
    }

    std::uint64_t blocks_made_ = 1'000'000;
    Coins unspent_{};
    std::map<bitcoin::OutPoint, Hash, OutPointLess> spent_by_{};
    std::map<Hash, std::int64_t> mined_at_{};
};

}  // namespace lode::payout::test
