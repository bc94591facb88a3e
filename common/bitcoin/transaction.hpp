// Transactions: parsed strictly from hostile bytes, written with and without their witness.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/encoding.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

struct OutPoint {
    Hash256 txid;
    std::uint32_t index = 0;
    friend bool operator==(const OutPoint&, const OutPoint&) = default;
};

struct TxInput {
    OutPoint previous;
    Bytes script_sig;
    std::uint32_t sequence = 0xffffffff;
    std::vector<Bytes> witness;  // the stack's items; not part of the txid
    friend bool operator==(const TxInput&, const TxInput&) = default;
};

struct TxOutput {
    Satoshi amount;
    Bytes script;
    friend bool operator==(const TxOutput&, const TxOutput&) = default;
};

struct Transaction {
    std::uint32_t version = 2;
    std::vector<TxInput> inputs;
    std::vector<TxOutput> outputs;
    std::uint32_t lock_time = 0;

    [[nodiscard]] bool has_witness() const;
    // One input that spends nothing: txid zero, index 0xffffffff.
    [[nodiscard]] bool is_coinbase() const;
    friend bool operator==(const Transaction&, const Transaction&) = default;
};

// Both forms are read. Refused: no inputs or outputs, amounts out of range, a marker without any
// witness, CompactSizes that are not canonical, and for parse_transaction bytes left over.
[[nodiscard]] Result<Transaction> parse_transaction(ByteView bytes);
[[nodiscard]] Result<Transaction> read_transaction(Reader& reader);

// With marker, flag and witness when there is a witness (BIP 144).
[[nodiscard]] Bytes serialise(const Transaction& transaction);
[[nodiscard]] Bytes serialise_stripped(const Transaction& transaction);

// What an output of this script must pay for Bitcoin Core to relay it, at its default of 3 satoshi
// a vB: less would cost more to spend than it is worth.
[[nodiscard]] Satoshi dust_limit(ByteView script);

void append_output(Bytes& to, const TxOutput& output);

[[nodiscard]] Hash256 txid(const Transaction& transaction);
[[nodiscard]] Hash256 wtxid(const Transaction& transaction);
// Three times the stripped size plus the full size (BIP 141).
[[nodiscard]] std::uint64_t weight(const Transaction& transaction);

}  // namespace lode::bitcoin
