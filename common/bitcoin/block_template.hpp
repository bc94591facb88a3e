// A node's getblocktemplate answer (BIP 22, 23, 9, 141, 145), made into typed values at the door.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"
#include "common/bitcoin/uint256.hpp"
#include "common/json/document.hpp"

namespace lode::bitcoin {

struct TemplateTransaction {
    Bytes raw;
    Hash256 txid;
    Hash256 wtxid;
    Satoshi fee;
    std::uint64_t weight = 0;
    std::uint64_t sigops = 0;  // in units of sigop_limit
};

struct BlockTemplate {
    std::uint32_t version = 0;
    Hash256 prev_hash;
    std::uint32_t height = 0;
    std::uint32_t bits = 0;
    Uint256 target;
    std::uint32_t cur_time = 0;  // unix seconds
    std::uint32_t min_time = 0;  // unix seconds
    Satoshi coinbase_value;      // subsidy and fees: what the outputs may sum to
    Bytes coinbase_aux;          // all values of coinbaseaux, one after another
    std::optional<Bytes> default_witness_commitment;  // output script
    std::uint64_t weight_limit = 0;
    std::uint64_t sigop_limit = 0;
    std::uint64_t size_limit = 0;
    std::uint32_t version_bits_required = 0;  // vbrequired
    std::vector<std::string> rules;
    std::vector<std::string> mutable_parts;
    std::optional<Bytes> signet_challenge;
    std::string longpoll_id;
    std::vector<TemplateTransaction> transactions;
};

// Whether each transaction's txid, wtxid and weight are computed again from its data and compared.
enum class TransactionCheck { full, none };

// The answer's `result`. Malformed, naming the field, when one is missing, of the wrong type or out
// of range, or when two contradict each other.
[[nodiscard]] Result<BlockTemplate> parse_block_template(
    json::Value result, TransactionCheck check = TransactionCheck::full);
// The same from JSON text.
[[nodiscard]] Result<BlockTemplate> parse_block_template(
    std::string_view json, TransactionCheck check = TransactionCheck::full);

// Rejected when a pool cannot mine what the node asks: a `!` rule besides !segwit and !signet, or
// a signet whose challenge is not the trivial OP_TRUE (51).
[[nodiscard]] Result<void> check_minable(const BlockTemplate& block_template);

}  // namespace lode::bitcoin
