// Both serialisations of a transaction, and what is refused of hostile bytes.
#include "common/bitcoin/transaction.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/bitcoin/script.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

// The signed P2WPKH example of BIP 143: one legacy input, one witness input.
constexpr std::string_view head = "01000000";
constexpr std::string_view body =
    "02fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000494830450221008b9d1d"
    "c26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be022040529b194ba3f9281a99f2b1c0a19c04"
    "89bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b5"
    "5d57b90ec68a0100000000ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d"
    "5988ac9093510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac";
constexpr std::string_view witness =
    "000247304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518"
    "331561406f90300e8f3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb35"
    "66bb0ad253f62fc70f07aeee6357";
constexpr std::string_view tail = "11000000";

std::string full_hex() {
    return std::string(head) + "0001" + std::string(body) + std::string(witness) +
           std::string(tail);
}
std::string stripped_hex() {
    return std::string(head) + std::string(body) + std::string(tail);
}

Result<Transaction> parse_hex(std::string_view hex) {
    return parse_transaction(from_hex(hex).value());
}

// A transaction of one empty input and one empty output.
std::string small(std::string_view input_count, std::string_view output_count) {
    return "02000000" + std::string(input_count) + std::string(64, '0') + "ffffffff" + "00" +
           "ffffffff" + std::string(output_count) + "0000000000000000" + "00" + "00000000";
}

}  // namespace

TEST_CASE("a transaction with witness parses and serialises both ways") {
    const auto parsed = parse_hex(full_hex());
    REQUIRE(parsed);
    const Transaction& transaction = parsed.value();
    CHECK(transaction.version == 1);
    REQUIRE(transaction.inputs.size() == 2);
    CHECK(transaction.inputs[0].witness.empty());
    CHECK(transaction.inputs[1].witness.size() == 2);
    CHECK(transaction.outputs.at(0).amount == Satoshi(112'340'000));
    CHECK(transaction.lock_time == 17);
    CHECK_FALSE(transaction.is_coinbase());
    CHECK(to_hex(serialise(transaction)) == full_hex());
    CHECK(to_hex(serialise_stripped(transaction)) == stripped_hex());
}

TEST_CASE("the stripped form has the same txid, and its own wtxid") {
    const auto full = parse_hex(full_hex()).value();
    const auto stripped = parse_hex(stripped_hex()).value();
    CHECK(to_display_hex(txid(full)) ==
          "e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609");
    CHECK(txid(stripped) == txid(full));
    CHECK(wtxid(stripped) == txid(full));
    CHECK(wtxid(full) != txid(full));
    CHECK(weight(full) == 3 * stripped_hex().size() / 2 + full_hex().size() / 2);
    CHECK(weight(stripped) == 4 * stripped_hex().size() / 2);
}

TEST_CASE("every cut of a transaction is refused") {
    const Bytes bytes = from_hex(full_hex()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(parse_transaction(ByteView(bytes).first(size)));
    }
}

TEST_CASE("bytes left over, unknown flags and a marker without witness are refused") {
    CHECK_FALSE(parse_hex(full_hex() + "00"));
    CHECK_FALSE(parse_hex(std::string(head) + "0002" + std::string(body) + std::string(witness) +
                          std::string(tail)));
    CHECK_FALSE(
        parse_hex(std::string(head) + "0001" + std::string(body) + "0000" + std::string(tail)));
}

TEST_CASE("transactions without inputs or outputs are refused") {
    CHECK(parse_hex(small("01", "01")));
    CHECK_FALSE(parse_hex("02000000000000000000"));
    CHECK_FALSE(
        parse_hex("02000000"
                  "01" +
                  std::string(64, '0') +
                  "ffffffff00ffffffff"
                  "00"
                  "00000000"));
}

TEST_CASE("counts and lengths that the bytes cannot hold are refused") {
    CHECK_FALSE(parse_hex(small("fdffff", "01")));
    CHECK_FALSE(parse_hex(small("ffffffffffffffffff", "01")));
    CHECK_FALSE(parse_hex(small("01", "feffffffff")));
    CHECK_FALSE(parse_hex(small("fd0100", "01")));
}

TEST_CASE("amounts above 21 million coins are refused") {
    std::string hex = small("01", "01");
    const std::size_t amount = hex.size() - 8 - 2 - 16;
    CHECK(parse_hex(hex.replace(amount, 16, "0040075af0750700")));
    CHECK_FALSE(parse_hex(hex.replace(amount, 16, "0140075af0750700")));
    CHECK_FALSE(parse_hex(hex.replace(amount, 16, "ffffffffffffffff")));
}

TEST_CASE("a coinbase spends the zero outpoint and is of one input") {
    const auto coinbase = parse_hex(small("01", "01"));
    REQUIRE(coinbase);
    CHECK(coinbase.value().is_coinbase());
    Transaction two = coinbase.value();
    two.inputs.push_back(two.inputs[0]);
    CHECK_FALSE(two.is_coinbase());
}

TEST_CASE("the dust limits are those of Bitcoin Core") {
    // P2PKH, P2SH, P2WPKH, P2WSH and P2TR (GetDustThreshold at 3,000 satoshi a 1,000 vB).
    CHECK(dust_limit(p2pkh_script(Hash160{})) == Satoshi(546));
    CHECK(dust_limit(p2sh_script(Hash160{})) == Satoshi(540));
    CHECK(dust_limit(witness_script(0, Bytes(20))) == Satoshi(294));
    CHECK(dust_limit(witness_script(0, Bytes(32))) == Satoshi(330));
    CHECK(dust_limit(witness_script(1, Bytes(32))) == Satoshi(330));
    // A length byte that is not the program's makes it no witness program.
    CHECK(dust_limit(Bytes{0x51, 0x02, 0x00, 0x00, 0x00}) == Satoshi(3 * (8 + 1 + 5 + 148)));
}
