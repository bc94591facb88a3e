// Addresses to scripts and back.
#include "common/bitcoin/address.hpp"

#include <algorithm>
#include <array>

#include "common/bitcoin/base58.hpp"
#include "common/bitcoin/bech32.hpp"
#include "common/bitcoin/script.hpp"

namespace lode::bitcoin {
namespace {

struct NetworkTraits {
    Network network;
    const char* name;
    std::string_view bech32_prefix;
    std::uint8_t p2pkh_version;
    std::uint8_t p2sh_version;
};

constexpr std::array<NetworkTraits, 5> networks{{
    {Network::main, "main", "bc", 0, 5},
    {Network::test, "test", "tb", 111, 196},
    {Network::testnet4, "testnet4", "tb", 111, 196},
    {Network::signet, "signet", "tb", 111, 196},
    {Network::regtest, "regtest", "bcrt", 111, 196},
}};

const NetworkTraits& traits(Network network) {
    return networks[static_cast<std::size_t>(network)];
}

auto bad_address(std::string_view reason) {
    return failure(ErrorCode::malformed, "address " + std::string(reason));
}

// From groups of five bits to bytes; the padding is under five bits, and zero (BIP 173).
Result<Bytes> bytes_from_values(ByteView values) {
    Bytes out;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t value : values) {
        pending = ((pending << 5) | value) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(pending >> bits));
        }
    }
    if (bits >= 5 || (pending & ((1U << bits) - 1)) != 0) return bad_address("has wrong padding");
    return out;
}

Bytes values_from_bytes(ByteView bytes) {
    Bytes out;
    unsigned pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = ((pending << 8) | byte) & 0xfff;
        for (bits += 8; bits >= 5;) {
            bits -= 5;
            out.push_back(static_cast<std::uint8_t>((pending >> bits) & 31));
        }
    }
    if (bits > 0) out.push_back(static_cast<std::uint8_t>((pending << (5 - bits)) & 31));
    return out;
}

// Version 0 is written in bech32, later ones in bech32m (BIP 350).
Bech32Form form_of_version(unsigned version) {
    return version == 0 ? Bech32Form::bech32 : Bech32Form::bech32m;
}

std::string witness_address(const NetworkTraits& network, unsigned version, ByteView program) {
    Bech32 parts;
    parts.prefix = network.bech32_prefix;
    parts.values.push_back(static_cast<std::uint8_t>(version));
    append(parts.values, values_from_bytes(program));
    parts.form = form_of_version(version);
    return encode_bech32(parts);
}

Result<Address> parse_witness_address(const Bech32& parts, const NetworkTraits& network) {
    if (parts.prefix != network.bech32_prefix) {
        return bad_address("is not of the network " + std::string(network.name));
    }
    if (parts.values.empty() || parts.values[0] > 16) {
        return bad_address("has a witness version over 16");
    }
    const unsigned version = parts.values[0];
    if (parts.form != form_of_version(version)) {
        return bad_address("has the checksum of another witness version");
    }
    LODE_TRY(auto program, bytes_from_values(ByteView(parts.values).subspan(1)));
    if (program.size() < 2 || program.size() > 40) {
        return bad_address("has a witness program that is not of 2 … 40 bytes");
    }
    if (version == 0 && program.size() != 20 && program.size() != 32) {
        return bad_address("has a version 0 program that is not of 20 or 32 bytes");
    }
    return Address{witness_address(network, version, program), witness_script(version, program)};
}

Result<Address> parse_base58_address(std::string_view text, const NetworkTraits& network) {
    auto payload = decode_base58check(text);
    if (!payload) return bad_address(payload.error().context);
    Hash160 hash;
    if (payload.value().size() != 1 + hash.size()) return bad_address("has the wrong length");
    std::copy(payload.value().begin() + 1, payload.value().end(), hash.begin());
    const std::uint8_t version = payload.value()[0];
    if (version == network.p2pkh_version) return Address{std::string(text), p2pkh_script(hash)};
    if (version == network.p2sh_version) return Address{std::string(text), p2sh_script(hash)};
    return bad_address("is not of the network " + std::string(network.name));
}

// Begins with a known bech32 prefix and its separator, in either case.
bool looks_like_bech32(std::string_view text) {
    return std::ranges::any_of(networks, [&](const NetworkTraits& network) {
        const std::string_view prefix = network.bech32_prefix;
        if (text.size() <= prefix.size() || text[prefix.size()] != '1') return false;
        return std::equal(prefix.begin(), prefix.end(), text.begin(),
                          [](char a, char b) { return a == b || a == b - 'A' + 'a'; });
    });
}

}  // namespace

const char* to_string(Network network) {
    return traits(network).name;
}

Result<Network> parse_network(std::string_view name) {
    for (const NetworkTraits& each : networks) {
        if (name == each.name) return each.network;
    }
    return failure(ErrorCode::malformed, "network '" + std::string(name) +
                                             "' is none of main, test, testnet4, signet, regtest");
}

Result<Address> parse_address(std::string_view text, Network network) {
    if (!looks_like_bech32(text)) return parse_base58_address(text, traits(network));
    const auto parts = decode_bech32(text);
    if (!parts) return bad_address(parts.error().context);
    return parse_witness_address(parts.value(), traits(network));
}

Result<std::string> address_of_script(ByteView script, Network network) {
    const NetworkTraits& net = traits(network);
    const auto base58 = [](std::uint8_t version, ByteView hash) {
        Bytes payload{version};
        append(payload, hash);
        return encode_base58check(payload);
    };
    Hash160 hash{};
    if (script.size() == 25) {
        std::copy_n(script.begin() + 3, hash.size(), hash.begin());
        if (std::ranges::equal(script, p2pkh_script(hash))) return base58(net.p2pkh_version, hash);
    }
    if (script.size() == 23) {
        std::copy_n(script.begin() + 2, hash.size(), hash.begin());
        if (std::ranges::equal(script, p2sh_script(hash))) return base58(net.p2sh_version, hash);
    }
    const bool versioned = script.size() >= 4 && script.size() <= 42 &&
                           script[1] == script.size() - 2 &&
                           (script[0] == 0 || (script[0] >= 0x51 && script[0] <= 0x60));
    if (!versioned) return failure(ErrorCode::malformed, "the script has no address");
    const unsigned version = script[0] == 0 ? 0 : script[0] - 0x50U;
    if (version == 0 && script.size() != 22 && script.size() != 34) {
        return failure(ErrorCode::malformed, "the script has no address");
    }
    return witness_address(net, version, script.subspan(2));
}

}  // namespace lode::bitcoin
