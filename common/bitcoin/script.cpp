// Pushes and standard scripts.
#include "common/bitcoin/script.hpp"

#include "common/base/assert.hpp"

namespace lode::bitcoin {
namespace {

constexpr std::uint8_t op_0 = 0x00;
constexpr std::uint8_t op_pushdata1 = 0x4c;
constexpr std::uint8_t op_pushdata2 = 0x4d;
constexpr std::uint8_t op_1negate = 0x4f;
constexpr std::uint8_t op_1 = 0x51;
constexpr std::uint8_t op_return = 0x6a;
constexpr std::uint8_t op_dup = 0x76;
constexpr std::uint8_t op_equal = 0x87;
constexpr std::uint8_t op_equalverify = 0x88;
constexpr std::uint8_t op_hash160 = 0xa9;
constexpr std::uint8_t op_checksig = 0xac;

}  // namespace

void append_push_number(Bytes& script, std::int64_t value) {
    if (value == 0) return script.push_back(op_0);
    if (value == -1) return script.push_back(op_1negate);
    if (value >= 1 && value <= 16) {
        return script.push_back(static_cast<std::uint8_t>(op_1 + value - 1));
    }
    const bool negative = value < 0;
    auto magnitude = static_cast<std::uint64_t>(value);
    if (negative) magnitude = ~magnitude + 1;
    Bytes number;
    for (; magnitude > 0; magnitude >>= 8) number.push_back(static_cast<std::uint8_t>(magnitude));
    // The highest bit is the sign; a magnitude that uses it needs a further byte.
    const std::uint8_t sign = negative ? 0x80 : 0;
    if ((number.back() & 0x80) != 0) {
        number.push_back(sign);
    } else {
        number.back() = static_cast<std::uint8_t>(number.back() | sign);
    }
    append_push_data(script, number);
}

void append_push_data(Bytes& script, ByteView data) {
    LODE_ASSERT(data.size() <= 0xffff);
    if (data.size() >= op_pushdata1) {
        if (data.size() <= 0xff) {
            script.push_back(op_pushdata1);
            script.push_back(static_cast<std::uint8_t>(data.size()));
        } else {
            script.push_back(op_pushdata2);
            append_le(script, static_cast<std::uint16_t>(data.size()));
        }
    } else {
        script.push_back(static_cast<std::uint8_t>(data.size()));
    }
    append(script, data);
}

Bytes p2pkh_script(const Hash160& key_hash) {
    Bytes script{op_dup, op_hash160};
    append_push_data(script, key_hash);
    script.push_back(op_equalverify);
    script.push_back(op_checksig);
    return script;
}

Bytes p2sh_script(const Hash160& script_hash) {
    Bytes script{op_hash160};
    append_push_data(script, script_hash);
    script.push_back(op_equal);
    return script;
}

Bytes witness_script(unsigned version, ByteView program) {
    LODE_ASSERT(version <= 16 && program.size() >= 2 && program.size() <= 40);
    Bytes script;
    append_push_number(script, version);
    append_push_data(script, program);
    return script;
}

Bytes null_data_script(ByteView data) {
    Bytes script{op_return};
    append_push_data(script, data);
    return script;
}

}  // namespace lode::bitcoin
