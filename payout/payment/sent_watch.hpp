// Before coins move: whether the books know all that the wallet has sent.
#pragma once

#include <optional>
#include <vector>

#include "common/node/wallet_rpc.hpp"
#include "payout/payment/sent.hpp"

namespace lode::payout {

// So often without a payment. A look reads the newest entries of the wallet's list, and asks for
// each transaction that is not known.
inline constexpr auto sent_look_interval = std::chrono::minutes(10);

class SentWatch {
  public:
    // All outlive it.
    struct Neighbours {
        SentStore& store;
        node::WalletRpc& wallet;
    };
    SentWatch(Neighbours neighbours, bitcoin::Network network)
        : store_(neighbours.store), wallet_(neighbours.wallet), network_(network) {}

    enum class When : std::uint8_t { due, now };
    // What is not known, oldest first, and is none of: from before the pool began, dead, an open
    // payment's, moved from the wallet to itself. Empty also where no look is due: the first one
    // is, and each behind one that found something.
    [[nodiscard]] Result<std::vector<UnknownSend>> look(When when, UnixTime now);

  private:
    enum class Verdict : std::uint8_t { unknown, settled, of_a_payment };
    [[nodiscard]] Result<std::vector<UnknownSend>> compare(UnixTime since);
    [[nodiscard]] Result<Verdict> judge(const node::WalletSend& send);
    [[nodiscard]] Result<bool> only_moves(const bitcoin::Transaction& transaction);

    SentStore& store_;
    node::WalletRpc& wallet_;
    bitcoin::Network network_;
    std::optional<UnixTime> looked_;
};

}  // namespace lode::payout
