// The scripts a pool writes: pushes, and the standard output scripts.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.hpp"

namespace lode::bitcoin {

using Hash160 = std::array<std::uint8_t, 20>;

// The shortest push of a number: OP_0, OP_1NEGATE, OP_1 … OP_16, else its minimal little-endian
// sign-magnitude bytes. With a height it is the beginning that BIP 34 asks of a coinbase.
void append_push_number(Bytes& script, std::int64_t value);

// Bytes as one push with the shortest length opcode; up to 65,535 of them. They stay a plain
// push even where OP_N would be shorter, so that the length of a push is known beforehand.
void append_push_data(Bytes& script, ByteView data);

[[nodiscard]] Bytes p2pkh_script(const Hash160& key_hash);
[[nodiscard]] Bytes p2sh_script(const Hash160& script_hash);
// `version` 0 … 16; the program has 2 … 40 bytes (BIP 141).
[[nodiscard]] Bytes witness_script(unsigned version, ByteView program);
// OP_RETURN and one push.
[[nodiscard]] Bytes null_data_script(ByteView data);

}  // namespace lode::bitcoin
