// The checksummed text under segregated-witness addresses: bech32 (BIP 173) and its amended form
// bech32m (BIP 350).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::bitcoin {

enum class Bech32Form { bech32, bech32m };

struct Bech32 {
    std::string prefix;  // the human-readable part, in lower case
    Bytes values;        // 0 … 31 each, without the checksum
    Bech32Form form = Bech32Form::bech32;
};

// At most 90 characters, of one case.
[[nodiscard]] Result<Bech32> decode_bech32(std::string_view text);
[[nodiscard]] std::string encode_bech32(const Bech32& parts);

}  // namespace lode::bitcoin
