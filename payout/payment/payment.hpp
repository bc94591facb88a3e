// A payment: owners' money on its way out, as one transaction that exists in one or more versions.
//
// All versions spend every input of the first one and pay every payee the same, so that at most
// one of them can ever confirm. What the pool pays more for a later version is the pool's expense.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/transaction.hpp"
#include "payout/ledger/ledger.hpp"

namespace lode::payout {

// Satoshi for 1,000 virtual bytes, as nodes count it.
using FeeRate = Strong<std::int64_t, struct FeeRateTag>;

enum class PaymentState : std::uint8_t {
    locked,     // the ledger's money and the wallet's coins are set aside
    signed_,    // a version is stored; it may be sent from now on
    sent,       // a node has taken a version
    settled,    // a version is deep in the chain
    cancelled,  // none can ever confirm: an input of each is spent otherwise, deep in the chain
};
[[nodiscard]] std::string_view to_string(PaymentState state);
[[nodiscard]] Result<PaymentState> payment_state_from(std::string_view text);

enum class FeePayer : std::uint8_t { pool, recipients };
[[nodiscard]] std::string_view to_string(FeePayer payer);
[[nodiscard]] Result<FeePayer> fee_payer_from(std::string_view text);

struct PaymentItem {
    Owner owner;
    std::string address;
    Bytes script;    // what the address stands for; not stored
    Satoshi amount;  // what leaves the owner's balance
    Satoshi fee{};   // of it: the owner's part of the network fee, 0 where the pool pays
    [[nodiscard]] Satoshi net() const { return Satoshi(amount.value() - fee.value()); }
    friend bool operator==(const PaymentItem&, const PaymentItem&) = default;
};

// A coin that the payment spends.
struct PaymentInput {
    bitcoin::OutPoint coin;
    Satoshi amount;
    friend bool operator==(const PaymentInput&, const PaymentInput&) = default;
};

struct PaymentVersion {
    bitcoin::Hash256 txid;
    Bytes raw;  // signed, with its witness
    Satoshi fee;
    UnixTime stored;
    friend bool operator==(const PaymentVersion&, const PaymentVersion&) = default;
};

// What became of a version; nothing changes but where it is stored, now or before.
enum class Kept : std::uint8_t {
    stored,
    closed,       // the payment is not open
    coins_taken,  // another open payment spends some of its further coins
    of_another,   // the transaction is a version of another payment
};
// For a person.
[[nodiscard]] std::string_view to_string(Kept kept);

// What is decided before anything is signed.
struct PaymentDraft {
    FeePayer fee_payer = FeePayer::pool;
    std::vector<PaymentItem> items;    // an owner once; in the order of the outputs
    std::vector<PaymentInput> inputs;  // of the first version
    std::string change_address;
    Satoshi fee;              // of the first version
    std::int64_t height = 0;  // of the chain when it was planned
};

struct Payment {
    PaymentId id;
    PaymentState state = PaymentState::locked;
    PaymentDraft draft;
    std::vector<PaymentInput> more_inputs{};  // of later versions
    std::vector<PaymentVersion> versions{};   // oldest first
    UnixTime created;
    UnixTime updated;
};
[[nodiscard]] bool is_open(PaymentState state);
// "payment 7: …", for a person.
[[nodiscard]] std::string named(const Payment& payment, const std::string& what);
// What leaves the balances.
[[nodiscard]] Satoshi gross(const PaymentDraft& draft);

}  // namespace lode::payout
