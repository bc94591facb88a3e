// Builds the coinbase in two pieces, around the extranonce.
#include "common/bitcoin/coinbase.hpp"

#include "common/base/assert.hpp"
#include "common/base/hex.hpp"
#include "common/bitcoin/script.hpp"

namespace lode::bitcoin {
namespace {

constexpr std::size_t extranonce_push_max = 75;  // the longest push of a one-byte length

// What of the scriptSig lies before the extranonce: the salt, or its push's length byte, is the
// last.
Bytes script_head(const CoinbaseOptions& options) {
    Bytes script;
    append_push_number(script, options.height);
    append(script, options.coinbase_aux);
    if (options.generation) {
        std::array<std::uint8_t, 4> generation{};
        store_be(generation.data(), *options.generation);
        append_push_data(script, generation);
    }
    if (!options.tag.empty()) append_push_data(script, as_bytes(options.tag));
    if (options.extranonce_size > 0) {
        script.push_back(static_cast<std::uint8_t>(options.salt.size() + options.extranonce_size));
        append(script, options.salt);
    }
    return script;
}

Result<void> check_parts(const CoinbaseOptions& options) {
    if (options.tag.size() > coinbase_tag_size_max) {
        return failure(ErrorCode::malformed, "the coinbase tag is over 24 bytes");
    }
    if (options.aux_commitment.size() > aux_commitment_size_max) {
        return failure(ErrorCode::malformed, "the aux commitment is over 45 bytes");
    }
    if (options.salt.size() + options.extranonce_size > extranonce_push_max) {
        return failure(ErrorCode::malformed, "the extranonce space is over 75 bytes");
    }
    if (options.outputs.empty()) {
        return failure(ErrorCode::malformed, "the coinbase has no output");
    }
    Satoshi sum;
    for (const TxOutput& output : options.outputs) {
        LODE_TRY(sum, add(sum, output.amount));
    }
    return success();
}

}  // namespace

CoinbaseEnd coinbase_end(const CoinbaseOptions& options) {
    const bool bip54 = options.bip54_locktime;
    CoinbaseEnd end;
    end.head = options.aux_commitment;
    append_le<std::uint32_t>(end.head, bip54 ? 0xfffffffe : 0xffffffff);
    end.witness_commitment = options.witness_commitment.value_or(Bytes());
    end.lock_time = bip54 && options.height > 0 ? options.height - 1 : 0;
    return end;
}

Bytes coinbase_suffix(const CoinbaseEnd& end, std::span<const TxOutput> outputs) {
    Bytes suffix = end.head;
    append_compact_size(suffix, outputs.size() + (end.witness_commitment.empty() ? 0 : 1));
    for (const TxOutput& output : outputs) append_output(suffix, output);
    if (!end.witness_commitment.empty()) {
        append_output(suffix, {Satoshi(0), end.witness_commitment});
    }
    append_le(suffix, end.lock_time);
    return suffix;
}

Result<Coinbase> build_coinbase(const CoinbaseOptions& options) {
    LODE_TRY_VOID(check_parts(options));
    const Bytes head = script_head(options);
    const std::size_t script_size =
        head.size() + options.extranonce_size + options.aux_commitment.size();
    if (script_size < coinbase_script_size_min || script_size > coinbase_script_size_max) {
        return failure(ErrorCode::malformed, "the coinbase scriptSig would be of " +
                                                 std::to_string(script_size) +
                                                 " bytes, not 2 … 100");
    }
    Coinbase coinbase;
    append_le<std::uint32_t>(coinbase.prefix, 2);  // version
    append_compact_size(coinbase.prefix, 1);       // inputs
    append(coinbase.prefix, Hash256{}.bytes);
    append_le<std::uint32_t>(coinbase.prefix, 0xffffffff);
    append_compact_size(coinbase.prefix, script_size);
    append(coinbase.prefix, head);

    coinbase.suffix = coinbase_suffix(coinbase_end(options), options.outputs);
    const std::size_t size =
        coinbase.prefix.size() + options.extranonce_size + coinbase.suffix.size();
    if (size == 64) {
        return failure(ErrorCode::malformed, "the coinbase would be of 64 bytes");
    }
    return coinbase;
}

Bytes fill_coinbase(const Coinbase& coinbase, ByteView extranonce) {
    Bytes out = coinbase.prefix;
    append(out, extranonce);
    append(out, coinbase.suffix);
    return out;
}

Result<Bytes> with_witness(ByteView stripped) {
    // version 4, count 1, outpoint 36, script 1, sequence 4, count 1, lock time 4
    constexpr std::size_t size_min = 51;
    if (stripped.size() < size_min || stripped[4] != 1) {
        return failure(ErrorCode::malformed, "not a stripped coinbase of one input");
    }
    Bytes out;
    out.reserve(stripped.size() + 36);
    append(out, stripped.first(4));
    out.push_back(0);  // marker
    out.push_back(1);  // flag
    append(out, stripped.subspan(4, stripped.size() - 8));
    out.push_back(1);   // items
    out.push_back(32);  // bytes of the only one
    append(out, Hash256{}.bytes);
    append(out, stripped.last(4));
    return out;
}

}  // namespace lode::bitcoin
