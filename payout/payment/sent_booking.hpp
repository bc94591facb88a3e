// Books what the wallet sent as a payment: one that the books have forgotten.
#pragma once

#include <string>

#include "common/node/wallet_rpc.hpp"
#include "payout/payment/payment_store.hpp"
#include "payout/payment/sent.hpp"

namespace lode::payout {

class SentBooking {
  public:
    // All outlive it.
    struct Neighbours {
        PaymentStore& payments;
        SentStore& sent;
        node::WalletRpc& wallet;
    };
    struct Rules {
        bitcoin::Network network = bitcoin::Network::main;
        FeePayer fee_payer = FeePayer::pool;
        Rest rest = Rest::refused;
    };
    SentBooking(Neighbours neighbours, const Rules& rules) : of_(neighbours), rules_(rules) {}

    // The payment, signed and followed from now on: balance to locked as planned payments do, the
    // rest once it is deep. An open payment whose coins it spends, six blocks deep, is cancelled.
    // Rejected when the wallet does not know it or it can never be any more; when a payment has it
    // as a version, or will by itself; when its coins are an open payment's and it is not so deep;
    // and as items_of.
    [[nodiscard]] Result<PaymentId> book(const bitcoin::Hash256& txid, UnixTime now);

  private:
    [[nodiscard]] Result<void> make_room(const node::WalletTransaction& found, UnixTime now);
    [[nodiscard]] Result<PaymentDraft> draft_of(const node::WalletTransaction& found);
    [[nodiscard]] Result<std::vector<SentOutput>> outputs_of(
        const bitcoin::Transaction& transaction, PaymentDraft& draft);

    Neighbours of_;
    Rules rules_;
};

}  // namespace lode::payout
