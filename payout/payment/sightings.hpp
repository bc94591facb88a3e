// What the wallet and the nodes say of a payment, as facts to judge.
#pragma once

#include <vector>

#include "common/node/node_rpc.hpp"
#include "common/node/wallet_rpc.hpp"
#include "payout/payment/life.hpp"

namespace lode::payout {

// Whether some of the outputs is neither the wallet's own nor the payment's change.
[[nodiscard]] Result<bool> pays_others(node::WalletRpc& wallet,
                                       const std::vector<bitcoin::TxOutput>& outputs,
                                       const Payment& payment, bitcoin::Network network);

class Sightings {
  public:
    // All outlive it; `others` are nodes besides the wallet's own.
    Sightings(node::WalletRpc& wallet, std::vector<node::NodeRpc*> others, bitcoin::Network network)
        : wallet_(wallet), others_(std::move(others)), network_(network) {}

    // The versions that the wallet's node has in its chain.
    [[nodiscard]] Result<std::vector<Confirmed>> confirmed(const Payment& payment);
    // Of each coin that the payment spends. Exhausted when the wallet has too many transactions
    // since the payment was planned to look through.
    [[nodiscard]] Result<std::vector<CoinFate>> fates(const Payment& payment);
    // What the coin holds; rejected when the wallet does not know it.
    [[nodiscard]] Result<Satoshi> amount(const bitcoin::OutPoint& coin);

  private:
    // Transactions in blocks since the payment was planned, its versions apart.
    [[nodiscard]] Result<std::vector<node::WalletTransaction>> others_since(const Payment& payment);
    using Rivals = const std::vector<node::WalletTransaction>&;
    // How deep that lies which keeps a transaction from ever being made; as agreed() has it.
    [[nodiscard]] Result<std::int64_t> conflict_depth(const node::WalletTransaction& never,
                                                      Rivals rivals);
    // The wallet's word, where there are other nodes only as far as one of them bears it out.
    [[nodiscard]] std::int64_t agreed(const node::WalletTransaction& found);

    node::WalletRpc& wallet_;
    std::vector<node::NodeRpc*> others_;
    bitcoin::Network network_;
};

}  // namespace lode::payout
