// Payout addresses: base58check P2PKH and P2SH, bech32 (BIP 173) and bech32m (BIP 350).
#pragma once

#include <string>
#include <string_view>

#include "common/base/bytes.hpp"
#include "common/base/result.hpp"

namespace lode::bitcoin {

// Named as Bitcoin Core's `-chain` and getblockchaininfo name them.
enum class Network { main, test, testnet4, signet, regtest };

// Of the longest output script that has an address: a witness program of 40 bytes.
inline constexpr std::size_t address_script_size_max = 42;

[[nodiscard]] const char* to_string(Network network);
[[nodiscard]] Result<Network> parse_network(std::string_view name);

struct Address {
    std::string text;  // canonical: bech32 in lower case
    Bytes script;      // the output script that pays it
};

// Malformed with the reason, also for a good address of another network. (test, testnet4 and
// signet share all prefixes, regtest all but the bech32 one.)
[[nodiscard]] Result<Address> parse_address(std::string_view text, Network network);

// Malformed when the script is none that has an address.
[[nodiscard]] Result<std::string> address_of_script(ByteView script, Network network);

}  // namespace lode::bitcoin
