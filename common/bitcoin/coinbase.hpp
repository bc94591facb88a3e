// The pool's coinbase transaction, cut at the place where miners put their extranonce.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/transaction.hpp"

namespace lode::bitcoin {

inline constexpr std::size_t coinbase_tag_size_max = 24;
inline constexpr std::size_t aux_commitment_size_max = 45;  // push opcode, magic, hash, size, nonce
// Consensus on the coinbase's scriptSig.
inline constexpr std::size_t coinbase_script_size_min = 2;
inline constexpr std::size_t coinbase_script_size_max = 100;

struct CoinbaseOptions {
    std::uint32_t height = 0;
    Bytes coinbase_aux;                       // of the template, put in as it is
    std::optional<std::uint32_t> generation;  // of the jobmaker, pushed as 4 bytes big-endian
    std::string tag;                          // the pool's mark; no push when empty
    Bytes salt;                               // begins the extranonce's push
    std::size_t extranonce_size = 12;         // bytes, at most 75 with the salt; no push when 0
    Bytes aux_commitment;                     // of merge mining, put in as it is
    std::vector<TxOutput> outputs;
    std::optional<Bytes> witness_commitment;  // output script, paid nothing, last
    // nLockTime = height - 1 and nSequence = 0xfffffffe, as BIP 54 will ask; else 0, 0xffffffff.
    bool bip54_locktime = true;
};

// scriptSig:  height | coinbaseaux | generation | tag | salt extranonce | aux commitment
//             ----------- prefix --------------------------^            ^--- suffix ----
// Both are of the serialisation without witness, whose hash is the txid.
struct Coinbase {
    Bytes prefix;
    Bytes suffix;
};

// What follows the extranonce, but for the outputs that pay: the same whoever is paid.
struct CoinbaseEnd {
    Bytes head;                // the aux commitment and nSequence
    Bytes witness_commitment;  // output script, paid nothing, last; empty: none
    std::uint32_t lock_time = 0;
};
[[nodiscard]] CoinbaseEnd coinbase_end(const CoinbaseOptions& options);
// The one serialisation of every coinbase's suffix.
[[nodiscard]] Bytes coinbase_suffix(const CoinbaseEnd& end, std::span<const TxOutput> outputs);

// Malformed when a part is over its size, the scriptSig is not of 2 … 100 bytes with every part
// in it, there is no output, or the whole would be of 64 bytes, the size of an inner Merkle node.
[[nodiscard]] Result<Coinbase> build_coinbase(const CoinbaseOptions& options);

// prefix + extranonce + suffix.
[[nodiscard]] Bytes fill_coinbase(const Coinbase& coinbase, ByteView extranonce);

// The full serialisation of a stripped one-input coinbase: marker and flag, and as witness one
// item of 32 zero bytes, the reserved value that the commitment is made with (BIP 141).
[[nodiscard]] Result<Bytes> with_witness(ByteView stripped);

}  // namespace lode::bitcoin
