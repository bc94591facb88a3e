// The payer's neighbours in memory: a wallet and a second node over a simulated chain. Calls fail,
// lose their answers and end the process as chance will have it.
#pragma once

#include <random>

#include "payout/payment/payer.hpp"
#include "tests/payout/payment/simulated_chain.hpp"

namespace lode::payout::test {

// The process ended here.
struct Crash {};

class Chance {
  public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }
    void be_quiet() { quiet_ = true; }

    // Runs the call, or not, and tells so, or not.
    template <class Call>
    auto call(Call call) -> decltype(call()) {
        if (quiet_) return call();
        switch (below(60)) {
            case 0:
                throw Crash{};
            case 1:
                return failure(ErrorCode::unavailable, "not done");
            case 2:
                static_cast<void>(call());
                throw Crash{};
            case 3:
                static_cast<void>(call());
                return failure(ErrorCode::unavailable, "done, but the answer is lost");
            default:
                return call();
        }
    }

  private:
    std::mt19937_64 random_;
    bool quiet_ = false;
};

class SimulatedWallet final : public node::WalletRpc {
  public:
    SimulatedWallet(SimulatedChain& chain, Chance& chance) : chain_(chain), chance_(chance) {}

    static bool is_ours(const Bytes& script) {
        return script.size() == 22 && script[5] == 0x0f;  // script_of(0x0f000000 + …)
    }
    static constexpr std::uint32_t first_script = 0x0f000000;

    Result<std::int64_t> height() override {
        return chance_.call([&]() -> Result<std::int64_t> { return chain_.height(); });
    }
    Result<std::vector<node::WalletCoin>> coins() override {
        return chance_.call([&]() -> Result<std::vector<node::WalletCoin>> {
            std::vector<node::WalletCoin> coins;
            for (const auto& [at, output] : chain_.unspent_soon()) {
                if (!is_ours(output.script) || locked.contains(at)) continue;
                coins.push_back({at, output.amount, output.script, chain_.confirmations(at.txid)});
            }
            return coins;
        });
    }
    Result<node::WalletBalances> balances() override {
        return chance_.call([&]() -> Result<node::WalletBalances> {
            std::int64_t sum = 0;
            for (const auto& [at, output] : chain_.unspent()) {
                if (is_ours(output.script)) sum += output.amount.value();
            }
            return node::WalletBalances{Satoshi(sum), Satoshi(0)};
        });
    }
    Result<std::string> change_address() override {
        return chance_.call(
            [&]() -> Result<std::string> { return address_of(first_script + 4 * ++addresses_); });
    }
    Result<std::optional<Satoshi>> fee_rate(std::int64_t) override {
        return chance_.call([&]() -> Result<std::optional<Satoshi>> {
            if (chance_.one_in(4)) return std::optional<Satoshi>();
            return std::optional(Satoshi(static_cast<std::int64_t>(chance_.below(30'000))));
        });
    }
    Result<bitcoin::Transaction> sign(const bitcoin::Transaction& transaction) override {
        return chance_.call([&]() -> Result<bitcoin::Transaction> {
            for (const auto& input : transaction.inputs) {
                if (!chain_.known.contains(input.previous.txid)) {
                    return failure(ErrorCode::rejected, "Input not found or already spent");
                }
            }
            return signed_by(transaction);
        });
    }
    static bitcoin::Transaction signed_by(bitcoin::Transaction transaction) {
        for (auto& input : transaction.inputs) input.witness = {Bytes(71, 1), Bytes(33, 2)};
        return transaction;
    }
    Result<std::string> to_psbt(const bitcoin::Transaction& transaction) override {
        return chance_.call([&]() -> Result<std::string> {
            psbts.push_back(transaction);
            return std::to_string(psbts.size() - 1);
        });
    }
    Result<bitcoin::Transaction> finish_psbt(const std::string& psbt) override {
        return chance_.call([&]() -> Result<bitcoin::Transaction> {
            return signed_by(psbts.at(std::stoul(psbt)));
        });
    }
    Result<std::optional<std::string>> test(const bitcoin::Transaction&) override {
        return std::optional<std::string>();
    }
    Result<void> send(const bitcoin::Transaction& transaction) override {
        return chance_.call([&]() -> Result<void> {
            const auto refusal = chain_.offer(transaction);
            if (!refusal.empty()) return failure(ErrorCode::rejected, refusal);
            return success();
        });
    }
    Result<void> lock(const std::vector<bitcoin::OutPoint>& coins) override {
        return chance_.call([&]() -> Result<void> {
            locked.insert(coins.begin(), coins.end());
            return success();
        });
    }
    Result<void> unlock(const std::vector<bitcoin::OutPoint>& coins) override {
        return chance_.call([&]() -> Result<void> {
            for (const auto& coin : coins) locked.erase(coin);
            return success();
        });
    }
    Result<std::optional<node::WalletTransaction>> find(const Hash& txid) override {
        return chance_.call([&]() -> Result<std::optional<node::WalletTransaction>> {
            if (!chain_.known.contains(txid)) return std::optional<node::WalletTransaction>();
            node::WalletTransaction found{.transaction = chain_.known.at(txid)};
            found.confirmations = confirmations(txid);
            if (found.confirmations > 0) found.block = chain_.block_of(txid).hash;
            return std::optional(found);
        });
    }
    Result<bool> is_unspent(const bitcoin::OutPoint& coin) override {
        return chance_.call([&]() -> Result<bool> { return chain_.unspent().contains(coin); });
    }
    Result<std::vector<Hash>> confirmed_since(std::int64_t height) override {
        return chance_.call([&]() -> Result<std::vector<Hash>> {
            std::vector<Hash> txids;
            for (auto at = std::max<std::int64_t>(height, 0); at < chain_.height(); ++at) {
                const auto& block = chain_.blocks[static_cast<std::size_t>(at)];
                txids.insert(txids.end(), block.txids.begin(), block.txids.end());
            }
            return txids;
        });
    }
    Result<std::vector<node::WalletSend>> sends_since(UnixTime since) override {
        return chance_.call([&]() -> Result<std::vector<node::WalletSend>> {
            std::vector<node::WalletSend> sends;
            for (const auto& [txid, heard] : chain_.heard) {
                if (heard < since) continue;
                sends.push_back({txid, confirmations(txid), heard});
            }
            return sends;
        });
    }
    Result<bool> owns(const std::string& address) override {
        return chance_.call([&]() -> Result<bool> {
            return is_ours(bitcoin::parse_address(address, network).value().script);
        });
    }
    void cancel() override {}

    std::set<bitcoin::OutPoint, OutPointLess> locked{};
    std::vector<bitcoin::Transaction> psbts{};

  private:
    [[nodiscard]] std::int64_t confirmations(const Hash& txid) const {
        const std::int64_t depth = chain_.confirmations(txid);
        return depth > 0 ? depth : -chain_.conflict_depth(txid);
    }

    SimulatedChain& chain_;
    Chance& chance_;
    std::uint32_t addresses_ = 0;
};

// Another node, up to two blocks behind.
class SimulatedNode final : public node::NodeRpc {
  public:
    SimulatedNode(SimulatedChain& chain, Chance& chance) : chain_(chain), chance_(chance) {}

    Result<node::BlockHeaderInfo> get_block_header(const Hash& hash) override {
        return chance_.call([&]() -> Result<node::BlockHeaderInfo> {
            const auto behind = static_cast<std::int64_t>(lags ? chance_.below(3) : 0);
            for (std::int64_t at = 0; at < chain_.height() - behind; ++at) {
                if (chain_.blocks[static_cast<std::size_t>(at)].hash != hash) continue;
                return node::BlockHeaderInfo{.hash = hash,
                                             .confirmations = chain_.height() - behind - at};
            }
            return failure(ErrorCode::rejected, "error -5: Block not found");
        });
    }
    const std::string& url() const override { return url_; }
    Result<std::string> get_block_template(const node::TemplateRequest&) override { return no(); }
    Result<std::optional<std::string>> propose_block(const std::string&) override { return no(); }
    Result<std::optional<std::string>> submit_block(const std::string&) override { return no(); }
    Result<node::ChainInfo> get_blockchain_info() override { return no(); }
    Result<Hash> get_best_block_hash() override { return no(); }
    Result<Hash> get_block_hash(std::int64_t) override { return no(); }
    Result<node::BlockStats> get_block_stats(const Hash&) override { return no(); }
    Result<std::chrono::seconds> uptime() override { return no(); }
    Result<void> precious_block(const Hash&) override { return no(); }
    void cancel() override {}

    bool lags = true;

  private:
    static Error no() { return {ErrorCode::internal, "never asked for"}; }

    SimulatedChain& chain_;
    Chance& chance_;
    std::string url_ = "second";
};

}  // namespace lode::payout::test
