// A key that signs messages as wallets do (legacy, P2WPKH), for tests of who proves to own it.
#pragma once

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "common/base/bytes.hpp"
#include "common/bitcoin/address.hpp"
#include "common/bitcoin/hash160.hpp"
#include "common/bitcoin/message_signature.hpp"
#include "common/bitcoin/script.hpp"

namespace lode::test {

inline std::string to_base64(ByteView bytes) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            group = group << 8 | (at + i < bytes.size() ? bytes[at + i] : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += at + i > bytes.size() ? '=' : alphabet[group >> (18 - 6 * i) & 63];
        }
    }
    return text;
}

class MessageSigner {
  public:
    // `name` stands for the key.
    explicit MessageSigner(std::uint8_t name = 7) : secret_(32, name) {
        REQUIRE(secp256k1_ec_pubkey_create(context_, &key_, secret_.data()) == 1);
    }
    ~MessageSigner() { secp256k1_context_destroy(context_); }
    MessageSigner(const MessageSigner&) = delete;
    MessageSigner& operator=(const MessageSigner&) = delete;

    // SECP256K1_EC_COMPRESSED or SECP256K1_EC_UNCOMPRESSED.
    [[nodiscard]] Bytes key(unsigned form) const {
        Bytes raw(65);
        std::size_t size = raw.size();
        (void)secp256k1_ec_pubkey_serialize(context_, raw.data(), &size, &key_, form);
        raw.resize(size);
        return raw;
    }
    [[nodiscard]] std::string address(bitcoin::Network network) const {
        const auto hash = bitcoin::hash160(key(SECP256K1_EC_COMPRESSED));
        return bitcoin::address_of_script(bitcoin::witness_script(0, hash), network).value();
    }
    // 65 bytes; `form` is what four times is added to the header value 27.
    [[nodiscard]] Bytes raw_signature(std::string_view message, int form) const {
        const auto hash = bitcoin::legacy_message_hash(message);
        secp256k1_ecdsa_recoverable_signature signature;
        REQUIRE(secp256k1_ecdsa_sign_recoverable(context_, &signature, hash.bytes.data(),
                                                 secret_.data(), nullptr, nullptr) == 1);
        Bytes raw(65);
        int recovery = 0;
        (void)secp256k1_ecdsa_recoverable_signature_serialize_compact(context_, raw.data() + 1,
                                                                      &recovery, &signature);
        raw[0] = static_cast<std::uint8_t>(27 + 4 * form + recovery);
        return raw;
    }
    [[nodiscard]] std::string sign(std::string_view message) const {
        return to_base64(raw_signature(message, 1));
    }

  private:
    secp256k1_context* context_ = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    Bytes secret_;
    secp256k1_pubkey key_{};
};

}  // namespace lode::test
