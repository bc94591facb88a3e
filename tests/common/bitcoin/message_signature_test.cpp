// BIP 322's own vectors, and signatures made here by libsecp256k1, with every bit of them turned.
#include "common/bitcoin/message_signature.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/base64.hpp"
#include "common/base/hex.hpp"
#include "common/bitcoin/hash160.hpp"
#include "tests/support/message_signer.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

// Of the key L3VFeEujGtevx9w18HD1fhRbCH67Az2dpCymeRE1SoPK6XQtaN2k.
constexpr std::string_view p2wpkh = "bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l";
constexpr std::string_view p2tr = "bc1ppv609nr0vr25u07u95waq5lucwfm6tde4nydujnu8npg4q75mr5sxq8lt3";
constexpr std::string_view of_empty =
    "AkcwRAIgM2gBAQqvZX15ZiysmKmQpDrG83avLIT492QBzLnQIxYCIBaTpOaD20qRlEylyxFSeEA2ba9YOixpX8z46TSD"
    "tS40ASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=";
constexpr std::string_view of_hello =
    "AkcwRAIgZRfIY3p7/DoVTty6YZbWS71bc5Vct9p9Fia83eRmw2QCICK/ENGfwLtptFluMGs2KsqoNSk89pO7F29zJLUx"
    "9a/sASECx/EgAxlkQpQ9hYjgGu6EBCPMVPwVIVJqO4XCsMvViHI=";
constexpr std::string_view taproot_of_hello =
    "AUHd69PrJQEv+oKTfZ8l+WROBHuy9HKrbFCJu7U1iK2iiEy1vMU5EfMtjc+VSHM7aU0SDbak5IUZRVno2P5mjSafAQ==";

Address address_of(std::string_view text) {
    return parse_address(text, Network::main).value();
}

bool verifies(std::string_view address, std::string_view message, std::string_view signature) {
    return verify_message(address_of(address), message, signature).has_value();
}

// The addresses of a key.
struct Signer : test::MessageSigner {
    [[nodiscard]] Hash160 hash(unsigned form = SECP256K1_EC_COMPRESSED) const {
        return hash160(key(form));
    }
    [[nodiscard]] static Address pays(const Bytes& script) {
        return address_of(address_of_script(script, Network::main).value());
    }
    [[nodiscard]] Address p2pkh() const { return pays(p2pkh_script(hash())); }
    [[nodiscard]] Address long_p2pkh() const {
        return pays(p2pkh_script(hash(SECP256K1_EC_UNCOMPRESSED)));
    }
    [[nodiscard]] Address segwit() const { return pays(witness_script(0, hash())); }
    [[nodiscard]] Address nested() const {
        return pays(p2sh_script(hash160(witness_script(0, hash()))));
    }
};

bool verifies(const Address& address, std::string_view message, const Bytes& signature) {
    return verify_message(address, message, test::to_base64(signature)).has_value();
}

}  // namespace

TEST_CASE("BIP 322 commits to a message as the BIP says") {
    CHECK(to_hex(bip322_message_hash("").view()) ==
          "c90c269c4f8fcbe6880f72a721ddfbf1914268a794cbb21cfafee13770ae19f1");
    CHECK(to_hex(bip322_message_hash("Hello World").view()) ==
          "f0eb03b1a75ac6d9847f55c624a99169b5dccba2a31f5b23bea77ba270de0a7a");
    const Bytes script = address_of(p2wpkh).script;
    CHECK(to_display_hex(bip322_ids(script, "").to_spend) ==
          "c5680aa69bb8d860bf82d4e9cd3504b55dde018de765a91bb566283c545a99a7");
    CHECK(to_display_hex(bip322_ids(script, "").to_sign) ==
          "1e9654e951a5ba44c8604c4de6c67fd78a27e81dcadcfe1edf638ba3aaebaed6");
    CHECK(to_display_hex(bip322_ids(script, "Hello World").to_spend) ==
          "b79d196740ad5217771c1098fc4a4b51e0535c32236c71f1ea4d61a2d603352b");
    CHECK(to_display_hex(bip322_ids(script, "Hello World").to_sign) ==
          "88737ae86f2077145f93cc4b153ae9a1cb8d56afa511988c149c5c8c9d93bddf");
}

TEST_CASE("signatures of BIP 322 hold for their message and address alone") {
    CHECK(verifies(p2wpkh, "", of_empty));
    CHECK(verifies(p2wpkh, "Hello World", of_hello));
    CHECK(verifies(p2tr, "Hello World", taproot_of_hello));
    CHECK_FALSE(verifies(p2wpkh, "Hello World", of_empty));
    CHECK_FALSE(verifies(p2wpkh, "", of_hello));
    CHECK_FALSE(verifies(p2wpkh, "Hello World ", of_hello));
    CHECK_FALSE(verifies(p2tr, "", taproot_of_hello));
    CHECK_FALSE(verifies(p2tr, "Hello World", of_hello));
    CHECK_FALSE(verifies(p2wpkh, "Hello World", taproot_of_hello));
    CHECK_FALSE(verifies("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "Hello World", of_hello));
}

TEST_CASE("no signature of BIP 322 holds with a bit turned or a byte more or less") {
    for (const auto& [address, text] :
         {std::pair(p2wpkh, of_hello), std::pair(p2tr, taproot_of_hello)}) {
        const Bytes good = from_base64(text).value();
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            Bytes turned = good;
            turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1U << bit % 8);
            CAPTURE(bit);
            CHECK_FALSE(verifies(address_of(address), "Hello World", turned));
        }
        for (std::size_t size = 0; size < good.size(); ++size) {
            CHECK_FALSE(verifies(address_of(address), "Hello World",
                                 Bytes(good.begin(), good.begin() + static_cast<long>(size))));
        }
        Bytes longer = good;
        longer.push_back(0);
        CHECK_FALSE(verifies(address_of(address), "Hello World", longer));
    }
}

TEST_CASE("a legacy signature speaks for the kinds of address its header value names") {
    const Signer signer;
    const std::string message = "host\nnonce\nsession";
    CHECK(verifies(signer.long_p2pkh(), message, signer.raw_signature(message, 0)));
    CHECK(verifies(signer.p2pkh(), message, signer.raw_signature(message, 1)));
    CHECK(verifies(signer.nested(), message, signer.raw_signature(message, 1)));
    CHECK(verifies(signer.segwit(), message, signer.raw_signature(message, 1)));
    CHECK(verifies(signer.nested(), message, signer.raw_signature(message, 2)));
    CHECK(verifies(signer.segwit(), message, signer.raw_signature(message, 3)));
    CHECK_FALSE(verifies(signer.p2pkh(), message, signer.raw_signature(message, 0)));
    CHECK_FALSE(verifies(signer.long_p2pkh(), message, signer.raw_signature(message, 1)));
    CHECK_FALSE(verifies(signer.segwit(), message, signer.raw_signature(message, 2)));
    CHECK_FALSE(verifies(signer.nested(), message, signer.raw_signature(message, 3)));
    CHECK_FALSE(verifies(signer.p2pkh(), message + " ", signer.raw_signature(message, 1)));
    CHECK_FALSE(verifies(signer.p2pkh(), message, signer.raw_signature(message, 4)));
    CHECK_FALSE(verifies(address_of(p2tr), message, signer.raw_signature(message, 1)));
}

TEST_CASE("no legacy signature holds with a bit turned, but for the kind of address it names") {
    const Signer signer;
    for (const std::string message : {"", "one", "another message of some length"}) {
        const Bytes good = signer.raw_signature(message, 2);
        REQUIRE(verifies(signer.nested(), message, good));
        for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
            Bytes turned = good;
            turned[bit / 8] = static_cast<std::uint8_t>(turned[bit / 8] ^ 1U << bit % 8);
            // The same signature under the header value for any compressed key.
            const bool renamed = turned[0] >= 31 && turned[0] < 35 && bit < 8 &&
                                 (turned[0] - 27) % 4 == (good[0] - 27) % 4;
            CAPTURE(bit);
            CHECK(verifies(signer.nested(), message, turned) == renamed);
        }
    }
}

TEST_CASE("a signature that cannot be read and an address that cannot sign are told apart") {
    const auto judge = [](std::string_view address, std::string_view signature) {
        return verify_message(address_of(address), "x", signature).error().code;
    };
    CHECK(judge(p2wpkh, "") == ErrorCode::malformed);
    CHECK(judge(p2wpkh, "no base64") == ErrorCode::malformed);
    CHECK(judge(p2wpkh, std::string(404, 'A')) == ErrorCode::malformed);
    CHECK(judge(p2wpkh, "AAAA") == ErrorCode::malformed);
    CHECK(judge(p2wpkh, of_hello) == ErrorCode::rejected);
    // P2WSH, and a script's address with a signature of BIP 322.
    CHECK(judge("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", of_hello) ==
          ErrorCode::rejected);
    CHECK(judge("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", of_hello) == ErrorCode::rejected);
}
