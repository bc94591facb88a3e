// Field by field from JSON; then the checks that need several fields.
#include "common/bitcoin/block_template.hpp"

#include <array>

#include "common/base/hex.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/target.hpp"
#include "common/bitcoin/transaction.hpp"
#include "common/json/require.hpp"

namespace lode::bitcoin {
namespace {

using json::Value;

auto bad_field(std::string_view field, std::string_view reason) {
    return failure(ErrorCode::malformed,
                   "field \"" + std::string(field) + "\": " + std::string(reason));
}

Result<Hash256> require_hash(Value object, std::string_view field) {
    LODE_TRY(auto text, json::require_string(object, field));
    auto hash = from_display_hex(text);
    if (!hash) return bad_field(field, hash.error().context);
    return hash;
}

Result<Bytes> require_hex(Value object, std::string_view field) {
    LODE_TRY(auto text, json::require_string(object, field));
    auto bytes = from_hex(text);
    if (!bytes) return bad_field(field, bytes.error().context);
    return bytes;
}

// Absent and null are the same: not there.
Result<std::optional<Bytes>> optional_hex(Value object, std::string_view field) {
    const Value value = object.member(field);
    if (value.missing() || value.is_null()) return std::optional<Bytes>();
    LODE_TRY(auto bytes, require_hex(object, field));
    return std::optional<Bytes>(std::move(bytes));
}

Result<Satoshi> require_amount(Value object, std::string_view field) {
    LODE_TRY(auto number, json::require_int64(object, field));
    auto amount = checked_amount(number);
    if (!amount) return bad_field(field, amount.error().context);
    return amount;
}

Result<std::vector<std::string>> require_strings(Value object, std::string_view field) {
    LODE_TRY(auto array, json::require_array(object, field));
    std::vector<std::string> out;
    for (const Value element : array.elements()) {
        const auto text = element.string();
        if (!text) return bad_field(field, "holds something that is not a string");
        out.emplace_back(*text);
    }
    return out;
}

Result<std::uint32_t> require_bits(Value object) {
    LODE_TRY(auto text, json::require_string(object, "bits"));
    std::array<std::uint8_t, 4> bytes{};
    if (!decode_hex(text, bytes)) return bad_field("bits", "not 8 hexadecimal digits");
    return load_be<std::uint32_t>(bytes.data());
}

Result<Bytes> require_coinbase_aux(Value object) {
    LODE_TRY(auto aux, json::require_object(object, "coinbaseaux"));
    Bytes out;
    for (const auto& [name, value] : aux.members()) {
        const auto text = value.string();
        if (!text) return bad_field("coinbaseaux", "holds something that is not a string");
        auto bytes = from_hex(*text);
        if (!bytes) return bad_field("coinbaseaux", bytes.error().context);
        append(out, bytes.value());
    }
    if (out.size() > coinbase_script_size_max) {
        return bad_field("coinbaseaux", "is larger than a coinbase scriptSig");
    }
    return out;
}

Result<void> check_transaction(const TemplateTransaction& transaction) {
    auto parsed = parse_transaction(transaction.raw);
    if (!parsed) return bad_field("data", parsed.error().context);
    const Bytes stripped = serialise_stripped(parsed.value());
    if (sha256d(stripped) != transaction.txid) return bad_field("txid", "is not that of the data");
    if (sha256d(transaction.raw) != transaction.wtxid) {
        return bad_field("hash", "is not that of the data");
    }
    if (3 * stripped.size() + transaction.raw.size() != transaction.weight) {
        return bad_field("weight", "is not that of the data");
    }
    return success();
}

Result<TemplateTransaction> read_template_transaction(Value object, TransactionCheck check) {
    TemplateTransaction transaction;
    LODE_TRY(transaction.raw, require_hex(object, "data"));
    LODE_TRY(transaction.txid, require_hash(object, "txid"));
    LODE_TRY(transaction.wtxid, require_hash(object, "hash"));
    LODE_TRY(transaction.fee, require_amount(object, "fee"));
    LODE_TRY(transaction.weight, json::require_uint64(object, "weight"));
    LODE_TRY(transaction.sigops, json::require_uint64(object, "sigops"));
    if (check == TransactionCheck::full) {
        LODE_TRY_VOID(check_transaction(transaction));
    }
    return transaction;
}

Result<std::vector<TemplateTransaction>> require_transactions(Value object,
                                                              TransactionCheck check) {
    LODE_TRY(auto array, json::require_array(object, "transactions"));
    std::vector<TemplateTransaction> out;
    out.reserve(array.size());
    for (const Value element : array.elements()) {
        auto transaction = read_template_transaction(element, check);
        if (!transaction) {
            return failure_in("transaction " + std::to_string(out.size()), transaction.error());
        }
        out.push_back(std::move(transaction).value());
    }
    return out;
}

Result<void> check_consistent(const BlockTemplate& block_template) {
    const auto target = target_from_bits(block_template.bits);
    if (!target) return bad_field("bits", target.error().context);
    if (target.value() != block_template.target) return bad_field("target", "is not that of bits");
    Satoshi fees;
    for (const TemplateTransaction& each : block_template.transactions) {
        auto sum = add(fees, each.fee);
        if (!sum || sum.value() > block_template.coinbase_value)
            return bad_field("coinbasevalue", "is below the fees");
        fees = sum.value();
    }
    return success();
}

}  // namespace

Result<BlockTemplate> parse_block_template(json::Value result, TransactionCheck check) {
    if (!result.is_object()) {
        return failure(ErrorCode::malformed, "the template is not a JSON object");
    }
    BlockTemplate out;
    LODE_TRY(auto version, json::require_int32(result, "version"));
    out.version = static_cast<std::uint32_t>(version);
    LODE_TRY(out.prev_hash, require_hash(result, "previousblockhash"));
    LODE_TRY(out.height, json::require_uint32(result, "height"));
    LODE_TRY(out.bits, require_bits(result));
    LODE_TRY(auto target, require_hash(result, "target"));
    out.target = Uint256::from_hash(target);
    LODE_TRY(out.cur_time, json::require_uint32(result, "curtime"));
    LODE_TRY(out.min_time, json::require_uint32(result, "mintime"));
    LODE_TRY(out.version_bits_required, json::require_uint32(result, "vbrequired"));
    LODE_TRY(out.weight_limit, json::require_uint64(result, "weightlimit"));
    LODE_TRY(out.sigop_limit, json::require_uint64(result, "sigoplimit"));
    LODE_TRY(out.size_limit, json::require_uint64(result, "sizelimit"));
    LODE_TRY(out.coinbase_value, require_amount(result, "coinbasevalue"));
    LODE_TRY(out.coinbase_aux, require_coinbase_aux(result));
    LODE_TRY(out.default_witness_commitment, optional_hex(result, "default_witness_commitment"));
    LODE_TRY(out.rules, require_strings(result, "rules"));
    LODE_TRY(out.mutable_parts, require_strings(result, "mutable"));
    LODE_TRY(out.signet_challenge, optional_hex(result, "signet_challenge"));
    LODE_TRY(auto longpoll_id, json::require_string(result, "longpollid"));
    out.longpoll_id = longpoll_id;
    LODE_TRY(out.transactions, require_transactions(result, check));
    LODE_TRY_VOID(check_consistent(out));
    return out;
}

Result<BlockTemplate> parse_block_template(std::string_view json, TransactionCheck check) {
    LODE_TRY(auto document, json::Document::parse(json));
    return parse_block_template(document.root(), check);
}

Result<void> check_minable(const BlockTemplate& block_template) {
    for (const std::string& rule : block_template.rules) {
        if (rule.starts_with('!') && rule != "!segwit" && rule != "!signet") {
            return failure(ErrorCode::rejected,
                           "the node asks for the rule '" + rule + "', which is unknown here");
        }
    }
    // Another challenge needs a signature over each block, which Stratum cannot carry.
    const Bytes trivial_challenge{0x51};
    if (block_template.signet_challenge && *block_template.signet_challenge != trivial_challenge) {
        return failure(ErrorCode::rejected, "the signet's challenge is not 51 but " +
                                                to_hex(*block_template.signet_challenge));
    }
    return success();
}

}  // namespace lode::bitcoin
