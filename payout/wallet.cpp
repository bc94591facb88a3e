// Credentials to a connection.
#include "payout/wallet.hpp"

namespace lode::payout {

node::BitcoinRpcOptions wallet_node(const Config& config, const config::ChainConfig& chain) {
    const config::NodeConfig& first = chain.nodes.front();
    node::BitcoinRpcOptions options{.url = first.url,
                                    .user = first.user,
                                    .password = first.password,
                                    .cookie_file = first.cookie_file.value_or("")};
    if (config.wallet_url) {
        options = {.url = *config.wallet_url,
                   .user = config.wallet_user,
                   .password = config.wallet_password,
                   .cookie_file = config.wallet_cookie_file.value_or("")};
    }
    return options;
}

Result<std::unique_ptr<node::WalletRpc>> open_wallet(const Config& config,
                                                     const config::ChainConfig& chain) {
    return node::open_wallet_rpc(wallet_node(config, chain), config.wallet);
}

}  // namespace lode::payout
