// The transactions that a payment may exist as: built, replaced, and recognised.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "payout/payment/coin_selection.hpp"
#include "payout/payment/payment.hpp"

namespace lode::payout {

// A version before it is signed.
struct UnsignedVersion {
    bitcoin::Transaction transaction;
    Satoshi fee;
    std::vector<PaymentInput> more_inputs{};  // that no version before spends
};

// All inputs, the items' outputs in their order, then change. It may be replaced (BIP 125).
// Malformed when the change address is none of the network; internal when the sums do not fit.
[[nodiscard]] Result<UnsignedVersion> first_version(const PaymentDraft& draft,
                                                    bitcoin::Network network);

struct BumpRules {
    FeeRate rate;
    bitcoin::Network network = bitcoin::Network::main;
    std::size_t inputs_max = 500;
};
// The same inputs and payees with a higher fee: from the change, and where that does not suffice
// from further confirmed coins, largest first. Rejected when there is no version to replace, when
// the rate is not above the last version's, or when the coins do not suffice.
[[nodiscard]] Result<UnsignedVersion> bump_version(const Payment& payment, std::vector<Coin> coins,
                                                   const BumpRules& rules);

// A signed transaction that may be this payment: what it costs and what it spends besides. `others`
// are coins whose amounts are known. Rejected, saying why, unless it spends every input of the
// first version and pays each payee in order and nobody else but the change address.
[[nodiscard]] Result<UnsignedVersion> recognise(const Payment& payment,
                                                const bitcoin::Transaction& transaction,
                                                const std::vector<PaymentInput>& others,
                                                bitcoin::Network network);

// Whether it conflicts with the payment and pays all its payees, whoever made it: such as a
// replacement made by hand in the wallet. Then its other outputs, change among them; nothing where
// it does not.
[[nodiscard]] std::optional<std::vector<bitcoin::TxOutput>> pays_instead(
    const bitcoin::Transaction& transaction, const Payment& payment);

[[nodiscard]] bool spends(const bitcoin::Transaction& transaction, const bitcoin::OutPoint& coin);
// Coins that the payment's versions spend, those of the first version first.
[[nodiscard]] std::vector<PaymentInput> all_inputs(const Payment& payment);

}  // namespace lode::payout
