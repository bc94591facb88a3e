// The two ways of signing a message, each ending in a curve's equation.
#include "common/bitcoin/message_signature.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_recovery.h>
#include <secp256k1_schnorrsig.h>

#include <algorithm>
#include <optional>

#include "common/base/base64.hpp"
#include "common/bitcoin/encoding.hpp"
#include "common/bitcoin/hash160.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/transaction.hpp"

namespace lode::bitcoin {
namespace {

constexpr std::size_t legacy_size = 65;
constexpr std::uint8_t op_return = 0x6a;
constexpr std::uint8_t sighash_all = 1;
constexpr std::size_t witness_items_max = 2;

// Verification needs nothing but the library's own tables.
const secp256k1_context* context() {
    return secp256k1_context_static;
}

auto no_signature() {
    return failure(ErrorCode::malformed,
                   "this is no signature of a message, neither legacy nor BIP 322 simple");
}

auto not_signed() {
    return failure(ErrorCode::rejected, "the signature is not of this message by this address");
}

// ---- scripts --------------------------------------------------------------------------------

enum class Kind : std::uint8_t { other, p2pkh, p2sh, p2wpkh, p2tr };

bool is_witness(ByteView script, std::uint8_t version, std::size_t size) {
    return script.size() == size + 2 && script[0] == version && script[1] == size;
}

Kind kind_of(const Address& address) {
    const ByteView script = address.script;
    if (script.size() == 25 && script[0] == 0x76) return Kind::p2pkh;
    if (script.size() == 23 && script[0] == 0xa9) return Kind::p2sh;
    if (is_witness(script, 0, 20)) return Kind::p2wpkh;
    constexpr std::uint8_t op_1 = 0x51;
    return is_witness(script, op_1, 32) ? Kind::p2tr : Kind::other;
}

// ---- legacy ---------------------------------------------------------------------------------

// Header values from 27 on: four of P2PKH with a long key, then four each of P2PKH with a
// compressed one, P2SH-P2WPKH and P2WPKH; the four are which of the keys that fit is meant.
struct Header {
    int form = 0;
    int recovery = 0;
};

std::optional<Header> header_of(std::uint8_t byte) {
    constexpr int first = 27;
    constexpr int forms = 4;
    const int value = byte - first;
    if (value < 0 || value >= forms * 4) return {};
    return Header{.form = value / 4, .recovery = value % 4};
}

bool fits(int form, Kind kind) {
    switch (form) {
        case 0:
            return kind == Kind::p2pkh;
        case 1:
            return kind == Kind::p2pkh || kind == Kind::p2sh || kind == Kind::p2wpkh;
        case 2:
            return kind == Kind::p2sh;
        default:
            return kind == Kind::p2wpkh;
    }
}

Bytes script_of_key(ByteView key, Kind kind) {
    const Hash160 hash = hash160(key);
    if (kind == Kind::p2pkh) return p2pkh_script(hash);
    Bytes program = witness_script(0, hash);
    return kind == Kind::p2wpkh ? program : p2sh_script(hash160(program));
}

Result<void> verify_legacy(const Address& address, const Hash256& hash, ByteView signature) {
    const auto header = header_of(signature[0]);
    if (!header) return no_signature();
    const Kind kind = kind_of(address);
    if (!fits(header->form, kind)) return not_signed();
    secp256k1_ecdsa_recoverable_signature parsed;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(
            context(), &parsed, signature.data() + 1, header->recovery) != 1) {
        return not_signed();
    }
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recover(context(), &key, &parsed, hash.bytes.data()) != 1) {
        return not_signed();
    }
    std::array<std::uint8_t, 65> raw{};
    std::size_t size = raw.size();
    const unsigned form = header->form == 0 ? SECP256K1_EC_UNCOMPRESSED : SECP256K1_EC_COMPRESSED;
    (void)secp256k1_ec_pubkey_serialize(context(), raw.data(), &size, &key, form);
    if (script_of_key({raw.data(), size}, kind) != address.script) return not_signed();
    return success();
}

// ---- BIP 322 --------------------------------------------------------------------------------

Hash256 tagged_hash(std::string_view tag, ByteView bytes) {
    const Hash256 prefix = sha256(as_bytes(tag));
    return Sha256().update(prefix.view()).update(prefix.view()).update(bytes).finish();
}

// Pays nothing to the address, and commits to the message.
Transaction to_spend(ByteView script, std::string_view message) {
    Bytes script_sig{0};
    append_push_data(script_sig, bip322_message_hash(message).view());
    TxInput input{.previous = {.txid = {}, .index = 0xffffffff}, .script_sig = script_sig};
    input.sequence = 0;
    return {.version = 0,
            .inputs = {std::move(input)},
            .outputs = {{.amount = {}, .script = to_bytes(script)}},
            .lock_time = 0};
}

// Spends that; its witness is the signature.
Transaction to_sign(const Transaction& spent) {
    TxInput input{.previous = {.txid = txid(spent), .index = 0}};
    input.sequence = 0;
    return {.version = 0,
            .inputs = {std::move(input)},
            .outputs = {{.amount = {}, .script = {op_return}}},
            .lock_time = 0};
}

Bytes outpoint_of(const TxInput& input) {
    Bytes bytes = to_bytes(input.previous.txid.view());
    append_le(bytes, input.previous.index);
    return bytes;
}

Bytes sequence_of(const TxInput& input) {
    Bytes bytes;
    append_le(bytes, input.sequence);
    return bytes;
}

Bytes output_of(const Transaction& transaction) {
    Bytes bytes;
    append_output(bytes, transaction.outputs.front());
    return bytes;
}

// BIP 143 of the only input, which spends nothing of a P2WPKH output, all signed.
Hash256 segwit_hash(const Transaction& transaction, const Hash160& key_hash) {
    const TxInput& input = transaction.inputs.front();
    Bytes bytes;
    append_le(bytes, transaction.version);
    append(bytes, sha256d(outpoint_of(input)).view());
    append(bytes, sha256d(sequence_of(input)).view());
    append(bytes, outpoint_of(input));
    const Bytes code = p2pkh_script(key_hash);
    append_compact_size(bytes, code.size());
    append(bytes, code);
    append_le(bytes, std::uint64_t{0});  // the amount spent
    append(bytes, sequence_of(input));
    append(bytes, sha256d(output_of(transaction)).view());
    append_le(bytes, transaction.lock_time);
    append_le(bytes, std::uint32_t{sighash_all});
    return sha256d(bytes);
}

// BIP 341, key path, without annex, of the only input.
Hash256 taproot_hash(const Transaction& transaction, ByteView script, std::uint8_t hash_type) {
    const TxInput& input = transaction.inputs.front();
    Bytes amount;
    append_le(amount, std::uint64_t{0});
    Bytes spent_script;
    append_compact_size(spent_script, script.size());
    append(spent_script, script);
    Bytes bytes{0, hash_type};  // epoch 0
    append_le(bytes, transaction.version);
    append_le(bytes, transaction.lock_time);
    append(bytes, sha256(outpoint_of(input)).view());
    append(bytes, sha256(amount).view());
    append(bytes, sha256(spent_script).view());
    append(bytes, sha256(sequence_of(input)).view());
    append(bytes, sha256(output_of(transaction)).view());
    bytes.push_back(0);                  // key path
    append_le(bytes, std::uint32_t{0});  // input
    return tagged_hash("TapSighash", bytes);
}

Result<std::vector<ByteView>> parse_witness(ByteView bytes) {
    Reader reader(bytes);
    LODE_TRY(const auto count, reader.compact_size());
    if (count == 0 || count > witness_items_max) return no_signature();
    std::vector<ByteView> items;
    for (std::uint64_t i = 0; i < count; ++i) {
        LODE_TRY(const auto item, reader.sized_bytes());
        items.push_back(item);
    }
    if (reader.remaining() != 0) return no_signature();
    return items;
}

Result<void> verify_p2wpkh(const Address& address, const Transaction& signing,
                           const std::vector<ByteView>& witness) {
    if (witness.size() != 2 || witness[0].size() < 2 || witness[1].size() != 33) {
        return no_signature();
    }
    const Hash160 key_hash = hash160(witness[1]);
    if (!std::ranges::equal(key_hash, ByteView(address.script).subspan(2))) return not_signed();
    if (witness[0].back() != sighash_all) return not_signed();
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature signature;
    const bool parsed =
        secp256k1_ec_pubkey_parse(context(), &key, witness[1].data(), witness[1].size()) == 1 &&
        secp256k1_ecdsa_signature_parse_der(context(), &signature, witness[0].data(),
                                            witness[0].size() - 1) == 1;
    if (!parsed) return no_signature();
    const Hash256 hash = segwit_hash(signing, key_hash);
    if (secp256k1_ecdsa_verify(context(), &signature, hash.bytes.data(), &key) != 1) {
        return not_signed();
    }
    return success();
}

Result<void> verify_p2tr(const Address& address, const Transaction& signing,
                         const std::vector<ByteView>& witness) {
    constexpr std::size_t bare = 64;  // without a hash type, which stands for the default
    const bool typed = witness[0].size() == bare + 1 && witness[0].back() == sighash_all;
    if (witness.size() != 1 || (witness[0].size() != bare && !typed)) return no_signature();
    secp256k1_xonly_pubkey key;
    if (secp256k1_xonly_pubkey_parse(context(), &key, address.script.data() + 2) != 1) {
        return not_signed();
    }
    const Hash256 hash = taproot_hash(signing, address.script, typed ? sighash_all : 0);
    if (secp256k1_schnorrsig_verify(context(), witness[0].data(), hash.bytes.data(),
                                    hash.bytes.size(), &key) != 1) {
        return not_signed();
    }
    return success();
}

Result<void> verify_bip322(const Address& address, std::string_view message, ByteView signature) {
    LODE_TRY(const auto witness, parse_witness(signature));
    const Transaction signing = to_sign(to_spend(address.script, message));
    switch (kind_of(address)) {
        case Kind::p2wpkh:
            return verify_p2wpkh(address, signing, witness);
        case Kind::p2tr:
            return verify_p2tr(address, signing, witness);
        default:
            return failure(ErrorCode::rejected,
                           "BIP 322 signatures are taken for P2WPKH and P2TR addresses only");
    }
}

}  // namespace

Hash256 legacy_message_hash(std::string_view message) {
    constexpr std::string_view magic = "Bitcoin Signed Message:\n";
    Bytes bytes;
    append_compact_size(bytes, magic.size());
    append(bytes, as_bytes(magic));
    append_compact_size(bytes, message.size());
    append(bytes, as_bytes(message));
    return sha256d(bytes);
}

Hash256 bip322_message_hash(std::string_view message) {
    return tagged_hash("BIP0322-signed-message", as_bytes(message));
}

Bip322Ids bip322_ids(ByteView script, std::string_view message) {
    const Transaction spent = to_spend(script, message);
    return {.to_spend = txid(spent), .to_sign = txid(to_sign(spent))};
}

Result<void> verify_message(const Address& address, std::string_view message,
                            std::string_view signature) {
    if (kind_of(address) == Kind::other) {
        return failure(ErrorCode::rejected,
                       "messages can be signed by P2PKH, P2SH-P2WPKH, P2WPKH and P2TR addresses");
    }
    if (signature.size() > signature_text_max) return no_signature();
    LODE_TRY(const auto bytes, from_base64(signature));
    if (bytes.empty()) return no_signature();
    if (bytes.size() == legacy_size) {
        return verify_legacy(address, legacy_message_hash(message), bytes);
    }
    return verify_bip322(address, message, bytes);
}

}  // namespace lode::bitcoin
