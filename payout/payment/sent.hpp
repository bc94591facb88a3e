// What the wallet sent and the books do not know, such as payments that were made after the backup
// that the database was restored from. Facts go in, verdicts and payments come out.
#pragma once

#include <string>
#include <vector>

#include "payout/payment/life.hpp"
#include "payout/payment/sent_store.hpp"

namespace lode::payout {

struct UnknownSend {
    bitcoin::Hash256 txid;
    std::int64_t confirmations = 0;  // negative: so deep lies another that spends the same
    UnixTime heard;                  // by the wallet
};
// Why payments are paused, for a person; at most 255 bytes. `unknown` is not empty.
[[nodiscard]] std::string pause_reason(const std::vector<UnknownSend>& unknown);
// It can never be any more.
[[nodiscard]] inline bool is_dead(std::int64_t confirmations) {
    return confirmations <= -dead_depth;
}

// A send that is to be booked as a payment.
struct SentOutput {
    std::string address;
    Bytes script;
    Satoshi amount;    // not 0
    bool own = false;  // the wallet's
    std::vector<AddressOwner> payees{};
};
// Who bears what nobody's balance covers.
enum class Rest : std::uint8_t { refused, reserve };
struct SentMoney {
    std::vector<SentOutput> outputs;
    Satoshi fee;
    FeePayer fee_payer = FeePayer::pool;
    Rest rest = Rest::refused;
};
// The outputs as items, change apart. Of several owners of one address the one with the least
// balance that suffices. Where the recipients pay the fee each bore an equal part, as planned;
// where balances do not suffice for that, the pool bears it. Rejected, naming the address, where
// nobody is paid to it or his balance is less, unless the reserve bears that; where somebody lacks
// it only until what is pending is decided; and where nobody is paid at all.
[[nodiscard]] Result<std::vector<PaymentItem>> items_of(SentMoney money);

}  // namespace lode::payout
