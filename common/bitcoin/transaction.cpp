// The transaction's wire format, with and without witness (BIP 144).
#include "common/bitcoin/transaction.hpp"

#include <algorithm>

#include "common/bitcoin/sha256.hpp"

namespace lode::bitcoin {
namespace {

// The least that one of these takes: with empty scripts.
constexpr std::size_t input_size_min = 36 + 1 + 4;
constexpr std::size_t output_size_min = 8 + 1;

Result<TxInput> read_input(Reader& reader) {
    TxInput input;
    LODE_TRY(auto id, reader.take(32));
    std::ranges::copy(id, input.previous.txid.bytes.begin());
    LODE_TRY(input.previous.index, reader.read_le<std::uint32_t>());
    LODE_TRY(auto script, reader.sized_bytes());
    input.script_sig = to_bytes(script);
    LODE_TRY(input.sequence, reader.read_le<std::uint32_t>());
    return input;
}

Result<TxOutput> read_output(Reader& reader) {
    TxOutput output;
    LODE_TRY(auto value, reader.read_le<std::uint64_t>());
    LODE_TRY(output.amount, checked_amount(static_cast<std::int64_t>(value)));
    LODE_TRY(auto script, reader.sized_bytes());
    output.script = to_bytes(script);
    return output;
}

Result<std::vector<TxInput>> read_inputs(Reader& reader) {
    LODE_TRY(auto count, reader.count(input_size_min));
    if (count == 0) return failure(ErrorCode::malformed, "has no inputs");
    std::vector<TxInput> inputs;
    inputs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        LODE_TRY(auto input, read_input(reader));
        inputs.push_back(std::move(input));
    }
    return inputs;
}

Result<std::vector<TxOutput>> read_outputs(Reader& reader) {
    LODE_TRY(auto count, reader.count(output_size_min));
    if (count == 0) return failure(ErrorCode::malformed, "has no outputs");
    std::vector<TxOutput> outputs;
    outputs.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        LODE_TRY(auto output, read_output(reader));
        outputs.push_back(std::move(output));
    }
    return outputs;
}

Result<std::vector<Bytes>> read_witness(Reader& reader) {
    LODE_TRY(auto count, reader.count(1));
    std::vector<Bytes> items;
    for (std::size_t i = 0; i < count; ++i) {
        LODE_TRY(auto item, reader.sized_bytes());
        items.push_back(to_bytes(item));
    }
    return items;
}

void append_sized(Bytes& to, ByteView bytes) {
    append_compact_size(to, bytes.size());
    append(to, bytes);
}

std::size_t sized(const Bytes& bytes) {
    return compact_size_length(bytes.size()) + bytes.size();
}

std::size_t stripped_size(const Transaction& transaction) {
    std::size_t size = 4 + compact_size_length(transaction.inputs.size()) +
                       compact_size_length(transaction.outputs.size()) + 4;
    for (const TxInput& input : transaction.inputs) size += 36 + sized(input.script_sig) + 4;
    for (const TxOutput& output : transaction.outputs) size += 8 + sized(output.script);
    return size;
}

// Marker, flag and the stacks; nothing without a witness.
std::size_t witness_size(const Transaction& transaction) {
    if (!transaction.has_witness()) return 0;
    std::size_t size = 2;
    for (const TxInput& input : transaction.inputs) {
        size += compact_size_length(input.witness.size());
        for (const Bytes& item : input.witness) size += sized(item);
    }
    return size;
}

void append_inputs_and_outputs(Bytes& to, const Transaction& transaction) {
    append_compact_size(to, transaction.inputs.size());
    for (const TxInput& input : transaction.inputs) {
        append(to, input.previous.txid.bytes);
        append_le(to, input.previous.index);
        append_sized(to, input.script_sig);
        append_le(to, input.sequence);
    }
    append_compact_size(to, transaction.outputs.size());
    for (const TxOutput& output : transaction.outputs) append_output(to, output);
}

}  // namespace

bool Transaction::has_witness() const {
    return std::ranges::any_of(inputs, [](const TxInput& in) { return !in.witness.empty(); });
}

bool Transaction::is_coinbase() const {
    return inputs.size() == 1 && inputs[0].previous == OutPoint{Hash256{}, 0xffffffff};
}

Result<Transaction> read_transaction(Reader& reader) {
    Transaction transaction;
    LODE_TRY(transaction.version, reader.read_le<std::uint32_t>());
    // A count of zero inputs is the marker of the form with witness; the flag 1 follows.
    const bool marked = reader.remaining() >= 2 && reader.rest()[0] == 0 && reader.rest()[1] != 0;
    if (marked) {
        LODE_TRY(auto marker, reader.take(2));
        if (marker[1] != 1) return failure(ErrorCode::malformed, "has an unknown flag");
    }
    LODE_TRY(transaction.inputs, read_inputs(reader));
    LODE_TRY(transaction.outputs, read_outputs(reader));
    if (marked) {
        for (TxInput& input : transaction.inputs) {
            LODE_TRY(input.witness, read_witness(reader));
        }
        if (!transaction.has_witness()) {
            return failure(ErrorCode::malformed, "is marked for a witness but has none");
        }
    }
    LODE_TRY(transaction.lock_time, reader.read_le<std::uint32_t>());
    return transaction;
}

Result<Transaction> parse_transaction(ByteView bytes) {
    Reader reader(bytes);
    LODE_TRY(auto transaction, read_transaction(reader));
    if (reader.remaining() > 0) {
        return failure(ErrorCode::malformed,
                       std::to_string(reader.remaining()) + " bytes are left over");
    }
    return transaction;
}

void append_output(Bytes& to, const TxOutput& output) {
    append_le(to, static_cast<std::uint64_t>(output.amount.value()));
    append_sized(to, output.script);
}

Bytes serialise(const Transaction& transaction) {
    if (!transaction.has_witness()) return serialise_stripped(transaction);
    Bytes out;
    out.reserve(stripped_size(transaction) + witness_size(transaction));
    append_le(out, transaction.version);
    out.push_back(0);
    out.push_back(1);
    append_inputs_and_outputs(out, transaction);
    for (const TxInput& input : transaction.inputs) {
        append_compact_size(out, input.witness.size());
        for (const Bytes& item : input.witness) append_sized(out, item);
    }
    append_le(out, transaction.lock_time);
    return out;
}

Bytes serialise_stripped(const Transaction& transaction) {
    Bytes out;
    out.reserve(stripped_size(transaction));
    append_le(out, transaction.version);
    append_inputs_and_outputs(out, transaction);
    append_le(out, transaction.lock_time);
    return out;
}

Satoshi dust_limit(ByteView script) {
    constexpr std::size_t satoshi_per_byte = 3;
    // An input that spends it: a witness counts a quarter, and a script that is none is taken for
    // one that a signature of the old kind spends.
    constexpr std::size_t witness_input_size = 67;
    constexpr std::size_t input_size = 148;
    const bool witness = script.size() >= 4 && script.size() <= 42 &&
                         (script[0] == 0 || (script[0] >= 0x51 && script[0] <= 0x60)) &&
                         script[1] == script.size() - 2;
    const std::size_t output_size = 8 + compact_size_length(script.size()) + script.size();
    const std::size_t size = output_size + (witness ? witness_input_size : input_size);
    return Satoshi(static_cast<std::int64_t>(satoshi_per_byte * size));
}

Hash256 txid(const Transaction& transaction) {
    return sha256d(serialise_stripped(transaction));
}

Hash256 wtxid(const Transaction& transaction) {
    return sha256d(serialise(transaction));
}

std::uint64_t weight(const Transaction& transaction) {
    return 4 * stripped_size(transaction) + witness_size(transaction);
}

}  // namespace lode::bitcoin
