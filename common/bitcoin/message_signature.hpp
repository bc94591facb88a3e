// Whether the owner of an address signed a message: legacy signmessage with the header values of
// BIP 137, and BIP 322 in its simple form. The only place that includes libsecp256k1.
#pragma once

#include <string_view>

#include "common/base/result.hpp"
#include "common/bitcoin/address.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

// Longest signature that is looked at, in characters: one of BIP 322 has some 150.
inline constexpr std::size_t signature_text_max = 400;

// `signature` is base64 as wallets show it. Legacy signatures (65 bytes) speak for P2PKH, P2WPKH
// and P2SH-P2WPKH; they must be of the header value that names the address's kind, or of the one
// for compressed keys, which many wallets use for all three. BIP 322 signatures speak for P2WPKH
// and for P2TR by its key path. Malformed: it is no signature; rejected: it is, but not of this
// message by this address, or the address is of a kind that cannot sign here.
[[nodiscard]] Result<void> verify_message(const Address& address, std::string_view message,
                                          std::string_view signature);

// What a legacy signature signs.
[[nodiscard]] Hash256 legacy_message_hash(std::string_view message);

// What BIP 322 commits to, and the ids of the two transactions that stand for it.
[[nodiscard]] Hash256 bip322_message_hash(std::string_view message);
struct Bip322Ids {
    Hash256 to_spend;
    Hash256 to_sign;
};
[[nodiscard]] Bip322Ids bip322_ids(ByteView script, std::string_view message);

}  // namespace lode::bitcoin
