// Block assembly, parsing and checking.
#include "common/bitcoin/block.hpp"

#include <algorithm>

#include "common/base/assert.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/script.hpp"
#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {
namespace {

// An input and an output of the least size, version, counts and lock time.
constexpr std::size_t transaction_size_min = 4 + 1 + 41 + 1 + 9 + 4;

// OP_RETURN, a push of 36 bytes, and the commitment's mark (BIP 141).
constexpr std::array<std::uint8_t, 6> commitment_head{0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};

bool is_commitment(const TxOutput& output) {
    return output.script.size() >= 38 &&
           std::equal(commitment_head.begin(), commitment_head.end(), output.script.begin());
}

// The root over wtxids, the coinbase's being zero.
Hash256 witness_root(std::vector<Hash256> other_wtxids) {
    other_wtxids.insert(other_wtxids.begin(), Hash256{});
    return merkle_root(std::move(other_wtxids));
}

Result<void> check_coinbase_shape(const Block& block) {
    if (block.transactions.empty() || !block.transactions[0].is_coinbase()) {
        return failure(ErrorCode::rejected, "the first transaction is no coinbase");
    }
    const std::size_t size = block.transactions[0].inputs[0].script_sig.size();
    if (size < coinbase_script_size_min || size > coinbase_script_size_max) {
        return failure(ErrorCode::rejected,
                       "the coinbase scriptSig is of " + std::to_string(size) + " bytes");
    }
    const auto others = std::span(block.transactions).subspan(1);
    if (std::ranges::any_of(others, [](const Transaction& t) { return t.is_coinbase(); })) {
        return failure(ErrorCode::rejected, "there is a second coinbase");
    }
    return success();
}

}  // namespace

Result<Bytes> assemble_block(const BlockParts& parts) {
    std::size_t size = header_size + 9 + parts.coinbase.size() + 36;
    for (const ByteView transaction : parts.transactions) size += transaction.size();
    Bytes out;
    out.reserve(size);
    append(out, parts.header.serialise());
    append_compact_size(out, parts.transactions.size() + 1);
    if (parts.has_witness_commitment) {
        LODE_TRY(auto coinbase, with_witness(parts.coinbase));
        append(out, coinbase);
    } else {
        append(out, parts.coinbase);
    }
    for (const ByteView transaction : parts.transactions) append(out, transaction);
    return out;
}

std::uint64_t block_weight(std::span<const std::uint64_t> transaction_weights,
                           std::uint64_t coinbase_weight) {
    std::uint64_t weight =
        4 * (header_size + compact_size_length(transaction_weights.size() + 1)) + coinbase_weight;
    for (const std::uint64_t each : transaction_weights) weight += each;
    return weight;
}

std::uint64_t coinbase_weight(std::size_t stripped_size) {
    // Marker, flag, item count, length and 32 bytes weigh one unit a byte.
    return 4 * stripped_size + 36;
}

Result<Block> parse_block(ByteView bytes) {
    Reader reader(bytes);
    Block block;
    LODE_TRY(auto head, reader.take(header_size));
    LODE_TRY(block.header, parse_header(head));
    LODE_TRY(auto count, reader.count(transaction_size_min));
    if (count == 0) return failure(ErrorCode::malformed, "the block has no transactions");
    block.transactions.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto transaction = read_transaction(reader);
        if (!transaction) {
            return failure_in("transaction " + std::to_string(i), transaction.error());
        }
        block.transactions.push_back(std::move(transaction).value());
    }
    if (reader.remaining() > 0) {
        return failure(ErrorCode::malformed, "bytes are left over after the block");
    }
    return block;
}

Hash256 transaction_merkle_root(const Block& block) {
    std::vector<Hash256> ids;
    ids.reserve(block.transactions.size());
    for (const Transaction& each : block.transactions) ids.push_back(txid(each));
    return merkle_root(std::move(ids));
}

Bytes witness_commitment_script(std::span<const Hash256> other_wtxids) {
    const Hash256 commitment =
        sha256d(witness_root({other_wtxids.begin(), other_wtxids.end()}), Hash256{});
    Bytes script(commitment_head.begin(), commitment_head.end());
    append(script, commitment.bytes);
    return script;
}

Result<void> check_witness_commitment(const Block& block) {
    LODE_ASSERT(!block.transactions.empty() && !block.transactions[0].inputs.empty());
    const Transaction& coinbase = block.transactions[0];
    const auto found =
        std::find_if(coinbase.outputs.rbegin(), coinbase.outputs.rend(), is_commitment);
    if (found == coinbase.outputs.rend()) {
        const auto has_witness = [](const Transaction& each) { return each.has_witness(); };
        if (std::ranges::any_of(block.transactions, has_witness)) {
            return failure(ErrorCode::rejected, "there is a witness but no commitment to it");
        }
        return success();
    }
    const std::vector<Bytes>& stack = coinbase.inputs[0].witness;
    if (stack.size() != 1 || stack[0].size() != 32) {
        return failure(ErrorCode::rejected, "the coinbase witness is not one item of 32 bytes");
    }
    std::vector<Hash256> wtxids;
    for (std::size_t i = 1; i < block.transactions.size(); ++i) {
        wtxids.push_back(wtxid(block.transactions[i]));
    }
    const Hash256 expected = sha256d(witness_root(std::move(wtxids)).bytes, stack[0]);
    if (!std::equal(expected.bytes.begin(), expected.bytes.end(), found->script.begin() + 6)) {
        return failure(ErrorCode::rejected, "the witness commitment does not match");
    }
    return success();
}

Result<void> check_block(const Block& block) {
    LODE_TRY_VOID(check_coinbase_shape(block));
    if (transaction_merkle_root(block) != block.header.merkle_root) {
        return failure(ErrorCode::rejected, "the Merkle root does not match");
    }
    std::vector<std::uint64_t> weights;
    for (const Transaction& each : std::span(block.transactions).subspan(1)) {
        weights.push_back(weight(each));
    }
    if (block_weight(weights, weight(block.transactions[0])) > block_weight_max) {
        return failure(ErrorCode::rejected, "the block is over its weight");
    }
    return check_witness_commitment(block);
}

}  // namespace lode::bitcoin
