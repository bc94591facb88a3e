// The vectors of BIP 173, BIP 350 and of Bitcoin Core's address tests.
#include "common/bitcoin/address.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/bitcoin/base58.hpp"
#include "common/bitcoin/bech32.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

struct Case {
    Network network;
    std::string_view text;
    std::string_view script;
};

std::string reason(std::string_view text, Network network) {
    const auto address = parse_address(text, network);
    return address ? "none" : address.error().context;
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
}

}  // namespace

TEST_CASE("BIP 173's valid strings are bech32, and encode to themselves") {
    for (const std::string_view text :
         {"A12UEL5L", "a12uel5l",
          "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5"
          "tgs",
          "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
          "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc824"
          "7"
          "j",
          "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"}) {
        const auto parts = decode_bech32(text);
        REQUIRE(parts);
        CHECK(parts.value().form == Bech32Form::bech32);
        CHECK(encode_bech32(parts.value()) == lower(std::string(text)));
    }
}

TEST_CASE("BIP 350's valid strings are bech32m, and encode to themselves") {
    for (const std::string_view text :
         {"A1LQFN3A", "a1lqfn3a",
          "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7"
          "hg6",
          "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
          "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllluds"
          "r8",
          "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"}) {
        const auto parts = decode_bech32(text);
        REQUIRE(parts);
        CHECK(parts.value().form == Bech32Form::bech32m);
        CHECK(encode_bech32(parts.value()) == lower(std::string(text)));
    }
}

TEST_CASE("the invalid strings of both BIPs are neither form") {
    for (const std::string_view text :
         {"\x20"
          "1nwldj5",
          "\x7f"
          "1axkwrx",
          "\x80"
          "1eym55h",
          "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569"
          "pvx",
          "pzry9x0s0muk",
          "1pzry9x0s0muk",
          "x1b4n0q5v",
          "li1dgmt3",
          "de1lg7wt"
          "\xff",
          "A1G7SGD8",
          "10a06t8",
          "1qzzfhee",
          "\x20"
          "1xj0phk",
          "\x7f"
          "1g6xzxy",
          "\x80"
          "1vctc34",
          "an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6p"
          "ts4",
          "qyrz8wqd2c9m",
          "1qyrz8wqd2c9m",
          "y1b0jsk6g",
          "lt1igcx5c0",
          "in1muywd",
          "mm1crxm3i",
          "au1s5cgom",
          "M1VUXWEZ",
          "16plkw9",
          "1p2gdwpf"}) {
        INFO(text);
        CHECK_FALSE(decode_bech32(text));
    }
}

TEST_CASE("the valid witness addresses give their scripts and canonical text") {
    const Case cases[] = {
        {Network::main, "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
         "0014751e76e8199196d454941c45d1b3a323f1433bd6"},
        {Network::test, "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
         "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
        {Network::main,
         "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
         "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"},
        {Network::main, "BC1SW50QGDZ25J", "6002751e"},
        {Network::main, "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs",
         "5210751e76e8199196d454941c45d1b3a323"},
        {Network::signet, "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
         "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
        {Network::testnet4, "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
         "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
        {Network::main, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
         "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
        {Network::regtest, "bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu9",
         "00146f58bac9506f9bfb821d62e69330410bb56f0085"},
        {Network::regtest, "bcrt1pfwxjqvtt4tcxrtdluukfmy2dv7xd2qzdfy6kajv5nwn4yam3wxkq3553uh",
         "51204b8d20316baaf061adbfe72c9d914d678cd5004d49356ec9949ba752777171ac"},
    };
    for (const Case& each : cases) {
        const auto address = parse_address(each.text, each.network);
        REQUIRE(address);
        CHECK(to_hex(address.value().script) == each.script);
        CHECK(address.value().text == lower(std::string(each.text)));
        CHECK(address_of_script(address.value().script, each.network).value() ==
              address.value().text);
    }
}

TEST_CASE("base58 addresses give their scripts on their networks only") {
    const Case cases[] = {
        {Network::main, "1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo",
         "76a914a31c06bd463e3923bc1aadbde48b16976c08071788ac"},
        {Network::main, "36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm",
         "a914373b819a068f32b7a6b38b6b38729647cfde01c287"},
        {Network::testnet4, "mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ",
         "76a914ce28b26c57472737f5c3561a1761185bd8589a4388ac"},
        {Network::test, "2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK",
         "a914ce0bba75891ff9ec60148d4bd4a09ee2dc5c933187"},
        {Network::signet, "mww4LvqtTMKvmeQvizPz2EQv26xTneWrbg",
         "76a914b4110ba93ac54afc14da3bdd19614774a2d55d2988ac"},
        {Network::regtest, "2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA",
         "a91436e9f191e0b75036a77f65e2eaa4752443233fbe87"},
    };
    for (const Case& each : cases) {
        const auto address = parse_address(each.text, each.network);
        REQUIRE(address);
        CHECK(to_hex(address.value().script) == each.script);
        CHECK(address.value().text == each.text);
        CHECK(address_of_script(address.value().script, each.network).value() == each.text);
        const Network other = each.network == Network::main ? Network::regtest : Network::main;
        CHECK(reason(each.text, other) ==
              std::string("address is not of the network ") + to_string(other));
    }
}

TEST_CASE("the invalid witness addresses of both BIPs are refused") {
    for (const std::string_view text :
         {"tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
          "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
          "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
          "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
          "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
          "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "bc1pw5dgrnzv",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
          "BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P",
          "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
          "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
          "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "bc1gmk9yu",
          "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty",
          "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
          "BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "bc1rw5uspcuh",
          "bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90",
          "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7",
          "bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du",
          "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv",
          // Valid by BIP 173 alone, whose later versions BIP 350 withdrew.
          "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx",
          "BC1SW50QA3JX3S", "bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj"}) {
        INFO(text);
        CHECK_FALSE(parse_address(text, Network::main));
        CHECK_FALSE(parse_address(text, Network::test));
    }
}

TEST_CASE("a refused address says why") {
    CHECK(reason("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", Network::main) ==
          "address has a wrong checksum");
    CHECK(reason("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", Network::main) ==
          "address has the checksum of another witness version");
    CHECK(reason("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", Network::regtest) ==
          "address is not of the network regtest");
    CHECK(reason("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mp", Network::main) ==
          "address has a wrong checksum");
    CHECK(reason("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2m0", Network::main) ==
          "address has a character that base58 does not use");
    CHECK(reason("", Network::main) == "address is too short");
    CHECK(reason(std::string(129, '1'), Network::main) == "address is over 128 characters");
}

TEST_CASE("a private key is no address") {
    CHECK_FALSE(
        parse_address("5JuW2AMDYu4xVwRG9DZW18VbzQrGcd5RCgb99sS6ehJsNQXu5b9", Network::main));
    CHECK_FALSE(
        parse_address("L5nJeqKmpHp4P7F8ZYyjwc5a7P4d8EabuGAzfGJk7yC1BJyzNaEd", Network::main));
}

TEST_CASE("scripts without an address are refused") {
    for (const std::string_view hex :
         {"", "6a", "51", "0014751e76e8199196d454941c45d1b3a323f1433b", "00020102", "5101aa",
          "76a914a31c06bd463e3923bc1aadbde48b16976c08071788ad", "61021122",
          "a914373b819a068f32b7a6b38b6b38729647cfde01c288"}) {
        INFO(hex);
        CHECK_FALSE(address_of_script(from_hex(hex).value(), Network::main));
    }
}

TEST_CASE("base58 encodes and decodes as in Bitcoin Core's vectors") {
    struct Pair {
        std::string_view hex;
        std::string_view text;
    };
    const Pair pairs[] = {
        {"", ""},
        {"61", "2g"},
        {"626262", "a3gV"},
        {"636363", "aPEr"},
        {"73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2"},
        {"00eb15231dfceb60925886b67d065299925915aeb172c06647",
         "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"},
        {"516b6fcd0f", "ABnLTmg"},
        {"bf4f89001e670274dd", "3SEo3LWLoPntC"},
        {"572e4794", "3EFU7m"},
        {"ecac89cad93923c02321", "EJDM8drfXA6uyA"},
        {"10c8511e", "Rt5zm"},
        {"00000000000000000000", "1111111111"},
        {"000111d38e5fc9071ffcd20b4a763cc9ae4f252bb4e48fd66a835e252ada93ff480d6dd43dc62a641155a5",
         "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"},
        {"271f359e", "zzzzy"},
        {"271f359f", "zzzzz"},
        {"271f35a0", "211111"},
        {"271f35a1", "211112"},
    };
    for (const Pair& each : pairs) {
        CHECK(encode_base58(from_hex(each.hex).value()) == each.text);
        const auto decoded = decode_base58(each.text);
        REQUIRE(decoded);
        CHECK(to_hex(decoded.value()) == each.hex);
    }
}

TEST_CASE("networks are named as the node names them") {
    for (const Network network :
         {Network::main, Network::test, Network::testnet4, Network::signet, Network::regtest}) {
        CHECK(parse_network(to_string(network)).value() == network);
    }
    CHECK_FALSE(parse_network("mainnet"));
    CHECK_FALSE(parse_network(""));
}
