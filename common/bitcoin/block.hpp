// Whole blocks: put together for submission, and taken apart and checked.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/header.hpp"
#include "common/bitcoin/transaction.hpp"

namespace lode::bitcoin {

// Consensus, BIP 141.
inline constexpr std::uint64_t block_weight_max = 4'000'000;

struct BlockParts {
    BlockHeader header;
    ByteView coinbase;  // stripped
    // The coinbase has a witness commitment and so needs its witness.
    bool has_witness_commitment = true;
    std::span<const ByteView> transactions;  // raw, in order, without the coinbase
};
[[nodiscard]] Result<Bytes> assemble_block(const BlockParts& parts);
// The same block's weight: header, count and coinbase included.
[[nodiscard]] std::uint64_t block_weight(std::span<const std::uint64_t> transaction_weights,
                                         std::uint64_t coinbase_weight);
// Of a coinbase of so many stripped bytes, with the witness that with_witness() gives it.
[[nodiscard]] std::uint64_t coinbase_weight(std::size_t stripped_size);

struct Block {
    BlockHeader header;
    std::vector<Transaction> transactions;
};
// At least the coinbase; nothing is left over.
[[nodiscard]] Result<Block> parse_block(ByteView bytes);

[[nodiscard]] Hash256 transaction_merkle_root(const Block& block);

// The commitment's output script for these wtxids (without the coinbase, whose own counts as
// zero) and a reserved value of zero: OP_RETURN, push of 36, aa21a9ed, hash.
[[nodiscard]] Bytes witness_commitment_script(std::span<const Hash256> other_wtxids);

// Merkle root, coinbase shape (first and only first, 2 … 100 bytes of scriptSig), weight and the
// witness commitment (BIP 141) of a block; rejected with the reason.
[[nodiscard]] Result<void> check_block(const Block& block);
[[nodiscard]] Result<void> check_witness_commitment(const Block& block);

}  // namespace lode::bitcoin
