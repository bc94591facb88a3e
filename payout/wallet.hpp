// The wallet that the settings name.
#pragma once

#include <memory>

#include "common/node/wallet_rpc.hpp"
#include "payout/config.hpp"

namespace lode::payout {

// At [payout] wallet_url, else at the chain's first node. The node is only asked by the first call.
// The node that has the wallet.
[[nodiscard]] node::BitcoinRpcOptions wallet_node(const Config& config,
                                                  const config::ChainConfig& chain);
[[nodiscard]] Result<std::unique_ptr<node::WalletRpc>> open_wallet(
    const Config& config, const config::ChainConfig& chain);

}  // namespace lode::payout
