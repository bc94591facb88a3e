// What the pool asks of a Bitcoin node, as typed blocking calls; an interface, so that services
// are tested against a scripted node.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::node {

// getblockchaininfo
struct ChainInfo {
    std::string chain;  // "main", "test", "testnet4", "signet", "regtest"
    std::int64_t blocks = 0;
    std::int64_t headers = 0;
    bool initial_block_download = true;
    bitcoin::Hash256 best_block_hash;
    bitcoin::Uint256 chainwork;
};

// getblockheader; times are unix seconds.
struct BlockHeaderInfo {
    bitcoin::Hash256 hash;
    std::int64_t confirmations = -1;  // -1: not on the best chain
    std::int64_t height = 0;
    bitcoin::Uint256 chainwork;
    std::uint32_t version = 0;
    std::uint32_t time = 0;
    std::uint32_t median_time = 0;
    std::uint32_t bits = 0;
    std::optional<bitcoin::Hash256> previous_block_hash;  // absent for the genesis block
};

// getblockstats; amounts in base units, `median_time` in unix seconds.
struct BlockStats {
    bitcoin::Hash256 hash;
    std::int64_t height = 0;
    bitcoin::Satoshi fees;
    bitcoin::Satoshi subsidy;
    std::uint32_t median_time = 0;
};

struct TemplateRequest {
    // Of the last template: the node then answers only when there is a better one.
    std::optional<std::string> longpoll_id;
    Duration timeout = std::chrono::seconds(30);
};

// Errors of every call: unavailable (node down, warming up, slow: try again), rejected (wrong
// password, or the node's own error with code and message), malformed (an answer that makes no
// sense), cancelled (after cancel()). Each names the node's url, never its credentials.
//
// One call at a time; a long poll occupies the object, so a service keeps a second one for it.
class NodeRpc {
  public:
    virtual ~NodeRpc() = default;

    // The url without credentials, for logs and metrics.
    [[nodiscard]] virtual const std::string& url() const = 0;

    // The answer's `result` as JSON text, for bitcoin::parse_block_template.
    [[nodiscard]] virtual Result<std::string> get_block_template(
        const TemplateRequest& request) = 0;

    // Both give the node's word: nothing for its `null` (the block is valid, or accepted), else
    // "duplicate", "inconclusive", "high-hash" and so on (BIP 22).
    [[nodiscard]] virtual Result<std::optional<std::string>> propose_block(
        const std::string& block_hex) = 0;
    [[nodiscard]] virtual Result<std::optional<std::string>> submit_block(
        const std::string& block_hex) = 0;

    [[nodiscard]] virtual Result<ChainInfo> get_blockchain_info() = 0;
    [[nodiscard]] virtual Result<bitcoin::Hash256> get_best_block_hash() = 0;
    [[nodiscard]] virtual Result<bitcoin::Hash256> get_block_hash(std::int64_t height) = 0;
    [[nodiscard]] virtual Result<BlockHeaderInfo> get_block_header(
        const bitcoin::Hash256& hash) = 0;
    // Rejected where the node has pruned the block.
    [[nodiscard]] virtual Result<BlockStats> get_block_stats(const bitcoin::Hash256& hash) = 0;
    // How long the node has run. It answers this also while it is busy with a block or a template,
    // so that silence means that the process hangs.
    [[nodiscard]] virtual Result<std::chrono::seconds> uptime() = 0;
    // Tells the node to prefer this block among equals.
    [[nodiscard]] virtual Result<void> precious_block(const bitcoin::Hash256& hash) = 0;

    // From any thread, for good: the running call and all later ones fail with cancelled.
    virtual void cancel() = 0;
};

}  // namespace lode::node
