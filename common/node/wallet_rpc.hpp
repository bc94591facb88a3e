// What payout asks of a node's wallet, as typed blocking calls; an interface, so that payments are
// tested against a scripted wallet. Keys stay in the node or outside of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/transaction.hpp"
#include "common/node/bitcoin_rpc.hpp"

namespace lode::node {

// listunspent: mature and solvable; without a confirmation only change of the wallet's own.
struct WalletCoin {
    bitcoin::OutPoint at;
    bitcoin::Satoshi amount;
    Bytes script;
    std::int64_t confirmations = 0;
};

// gettransaction
struct WalletTransaction {
    bitcoin::Transaction transaction;
    // Of its block. 0: in no block. Negative: another one that spends the same, or what it spends
    // comes from such a one, is that deep.
    std::int64_t confirmations = 0;
    std::optional<bitcoin::Hash256> block{};
};

// A transaction that spends the wallet's coins.
struct WalletSend {
    bitcoin::Hash256 txid;
    std::int64_t confirmations = 0;  // as WalletTransaction's
    UnixTime heard{};  // when the wallet first knew of it, by the node's clock; whole seconds
    friend bool operator==(const WalletSend&, const WalletSend&) = default;
};

// getbalances: confirmed coins, and those of blocks that are not mature.
struct WalletBalances {
    bitcoin::Satoshi trusted;
    bitcoin::Satoshi immature;
};

// Errors as NodeRpc's; a locked wallet is rejected. One call at a time.
class WalletRpc {
  public:
    virtual ~WalletRpc() = default;

    [[nodiscard]] virtual Result<std::int64_t> height() = 0;
    [[nodiscard]] virtual Result<std::vector<WalletCoin>> coins() = 0;
    [[nodiscard]] virtual Result<WalletBalances> balances() = 0;
    // A new address for change.
    [[nodiscard]] virtual Result<std::string> change_address() = 0;
    // Satoshi for 1,000 virtual bytes to confirm within so many blocks (1 … 1,008); nothing when
    // the node has seen too little to say.
    [[nodiscard]] virtual Result<std::optional<bitcoin::Satoshi>> fee_rate(std::int64_t blocks) = 0;

    // The transaction with all its signatures; rejected when some are missing.
    [[nodiscard]] virtual Result<bitcoin::Transaction> sign(
        const bitcoin::Transaction& transaction) = 0;
    // The unsigned one as a PSBT (base64) with what signers must know of the coins.
    [[nodiscard]] virtual Result<std::string> to_psbt(const bitcoin::Transaction& transaction) = 0;
    // A signed PSBT as a transaction; rejected when signatures are missing.
    [[nodiscard]] virtual Result<bitcoin::Transaction> finish_psbt(const std::string& psbt) = 0;
    // Nothing when the node would take it (testmempoolaccept), else its word.
    [[nodiscard]] virtual Result<std::optional<std::string>> test(
        const bitcoin::Transaction& transaction) = 0;
    // Success also when the node has it already, in its mempool or in a block.
    [[nodiscard]] virtual Result<void> send(const bitcoin::Transaction& transaction) = 0;
    // Asks the wallet not to spend these elsewhere, which hides them from coins(), or to forget
    // that; it forgets by itself when the node restarts.
    [[nodiscard]] virtual Result<void> lock(const std::vector<bitcoin::OutPoint>& coins) = 0;
    [[nodiscard]] virtual Result<void> unlock(const std::vector<bitcoin::OutPoint>& coins) = 0;

    // Nothing when the wallet does not know it.
    [[nodiscard]] virtual Result<std::optional<WalletTransaction>> find(
        const bitcoin::Hash256& txid) = 0;
    // Whether the chain as it is holds the coin unspent; the mempool does not count.
    [[nodiscard]] virtual Result<bool> is_unspent(const bitcoin::OutPoint& coin) = 0;
    // Transactions of the wallet in blocks above this height, each once.
    [[nodiscard]] virtual Result<std::vector<bitcoin::Hash256>> confirmed_since(
        std::int64_t height) = 0;
    // What the wallet has sent and heard of at `since` or later, each once, by txid: also what is
    // in no block, or never will be. Not what only moves coins to change. Read in pages, newest
    // first.
    [[nodiscard]] virtual Result<std::vector<WalletSend>> sends_since(UnixTime since) = 0;
    // Whether the wallet has, or watches, the address.
    [[nodiscard]] virtual Result<bool> owns(const std::string& address) = 0;

    // From any thread, for good: the running call and all later ones fail with cancelled.
    virtual void cancel() = 0;
};

// The wallet of that name on the node, or for an empty name the only one that it has loaded;
// malformed when the url is.
[[nodiscard]] Result<std::unique_ptr<WalletRpc>> open_wallet_rpc(BitcoinRpcOptions options,
                                                                 const std::string& wallet);

}  // namespace lode::node
