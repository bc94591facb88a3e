// The coinbase's pieces, byte by byte, and the limits of its scriptSig.
#include "common/bitcoin/coinbase.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/hex.hpp"
#include "common/bitcoin/script.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

CoinbaseOptions some_options() {
    CoinbaseOptions options;
    options.height = 413567;
    options.generation = 0x01020304;
    options.tag = "/lode/";
    options.outputs = {{Satoshi(1'250'000'000), witness_script(0, Bytes(20, 0x11))}};
    return options;
}

std::size_t script_size(const Coinbase& coinbase, std::size_t extranonce_size) {
    const auto transaction =
        parse_transaction(fill_coinbase(coinbase, Bytes(extranonce_size, 0xee)));
    REQUIRE(transaction);
    return transaction.value().inputs.at(0).script_sig.size();
}

// Options whose scriptSig has that size, by an aux commitment and a template's aux bytes.
CoinbaseOptions with_script_size(std::size_t size) {
    CoinbaseOptions options = some_options();
    options.tag = std::string(24, 't');
    options.aux_commitment = Bytes(45, 0xaa);
    options.salt = Bytes(4, 0x5a);
    // height, generation, tag, salt and extranonce, aux commitment
    const std::size_t rest = 4 + 5 + 25 + 17 + 45;
    options.coinbase_aux = Bytes(size - rest, 0x01);
    return options;
}

}  // namespace

TEST_CASE("the coinbase is cut right before and right after the extranonce") {
    CoinbaseOptions options = some_options();
    options.coinbase_aux = {0xca, 0xfe};
    options.aux_commitment = {0xab, 0xcd};
    const auto coinbase = build_coinbase(options);
    REQUIRE(coinbase);
    CHECK(to_hex(coinbase.value().prefix) ==
          "02000000"
          "01" +
              std::string(64, '0') +
              "ffffffff"
              "21"        // 33 bytes of scriptSig
              "037f4f06"  // height
              "cafe"      // coinbaseaux
              "0401020304"
              "062f6c6f64652f"  // tag
              "0c");            // push of the extranonce
    CHECK(to_hex(coinbase.value().suffix) ==
          "abcd"
          "feffffff"
          "01"
          "807c814a00000000"
          "160014" +
              std::string(40, '1') + "7e4f0600");  // lock time: height - 1
}

TEST_CASE("the filled coinbase is one transaction that parses") {
    const Coinbase coinbase = build_coinbase(some_options()).value();
    const auto transaction = parse_transaction(fill_coinbase(coinbase, Bytes(12, 0xee)));
    REQUIRE(transaction);
    CHECK(transaction.value().is_coinbase());
    CHECK(transaction.value().version == 2);
    CHECK(transaction.value().lock_time == 413566);
    CHECK(transaction.value().inputs[0].sequence == 0xfffffffe);
    CHECK(transaction.value().outputs == some_options().outputs);
}

TEST_CASE("the scriptSig begins with the height as BIP 34 asks") {
    struct Case {
        std::uint32_t height;
        std::string_view begin;
    };
    for (const Case& each :
         {Case{1, "51"}, Case{2, "52"}, Case{16, "60"}, Case{17, "0111"}, Case{127, "017f"},
          Case{128, "028000"}, Case{32767, "02ff7f"}, Case{32768, "03008000"},
          Case{8388607, "03ffff7f"}, Case{8388608, "0400008000"}}) {
        CoinbaseOptions options = some_options();
        options.height = each.height;
        const auto transaction =
            parse_transaction(fill_coinbase(build_coinbase(options).value(), Bytes(12)));
        REQUIRE(transaction);
        CHECK(to_hex(transaction.value().inputs[0].script_sig).starts_with(each.begin));
        CHECK(transaction.value().lock_time == each.height - 1);
    }
}

TEST_CASE("without BIP 54's lock time the coinbase is final") {
    CoinbaseOptions options = some_options();
    options.bip54_locktime = false;
    const auto transaction =
        parse_transaction(fill_coinbase(build_coinbase(options).value(), Bytes(12)));
    REQUIRE(transaction);
    CHECK(transaction.value().lock_time == 0);
    CHECK(transaction.value().inputs[0].sequence == 0xffffffff);
}

TEST_CASE("the witness commitment is the last output and pays nothing") {
    CoinbaseOptions options = some_options();
    options.witness_commitment = null_data_script(Bytes(36, 0x77));
    const auto transaction =
        parse_transaction(fill_coinbase(build_coinbase(options).value(), Bytes(12)));
    REQUIRE(transaction);
    REQUIRE(transaction.value().outputs.size() == 2);
    CHECK(transaction.value().outputs[1] == TxOutput{Satoshi(0), *options.witness_commitment});
}

TEST_CASE("a salt begins the extranonce's push and ends the prefix") {
    CoinbaseOptions options = some_options();
    const Bytes without = build_coinbase(options).value().prefix;
    options.salt = {0xde, 0xad, 0xbe, 0xef};
    const auto coinbase = build_coinbase(options).value();
    CHECK(to_hex(coinbase.prefix).ends_with("10deadbeef"));
    CHECK(coinbase.prefix.size() == without.size() + 4);
    CHECK(coinbase.suffix == build_coinbase(some_options()).value().suffix);
    CHECK(script_size(coinbase, 12) == coinbase.prefix[41]);
}

TEST_CASE("a scriptSig of 2 bytes is built, one of 1 byte refused") {
    CoinbaseOptions options = some_options();
    options.height = 1;
    options.generation.reset();
    options.tag.clear();
    options.extranonce_size = 0;
    CHECK_FALSE(build_coinbase(options));
    options.height = 17;
    const auto coinbase = build_coinbase(options);
    REQUIRE(coinbase);
    CHECK(script_size(coinbase.value(), 0) == 2);
}

TEST_CASE("a scriptSig of 100 bytes is built, one of 101 refused") {
    const auto coinbase = build_coinbase(with_script_size(100));
    REQUIRE(coinbase);
    CHECK(script_size(coinbase.value(), 12) == 100);
    const auto refused = build_coinbase(with_script_size(101));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context == "the coinbase scriptSig would be of 101 bytes, not 2 … 100");
}

TEST_CASE("parts over their own limits are refused") {
    CoinbaseOptions options = some_options();
    options.tag = std::string(25, 't');
    CHECK_FALSE(build_coinbase(options));
    options = some_options();
    options.aux_commitment = Bytes(46);
    CHECK_FALSE(build_coinbase(options));
    options = some_options();
    options.extranonce_size = 76;
    CHECK_FALSE(build_coinbase(options));
    options.extranonce_size = 72;
    options.salt = Bytes(4);
    CHECK_FALSE(build_coinbase(options));
    options = some_options();
    options.outputs.clear();
    CHECK_FALSE(build_coinbase(options));
    options = some_options();
    options.outputs.push_back({money_max, {}});
    CHECK_FALSE(build_coinbase(options));
}

TEST_CASE("a coinbase of 64 bytes is refused, its neighbours are not") {
    // 60 bytes and the scriptSig, with one output of an empty script.
    CoinbaseOptions options = some_options();
    options.generation.reset();
    options.tag.clear();
    options.extranonce_size = 0;
    options.outputs = {{Satoshi(0), {}}};
    options.height = 128;
    CHECK(build_coinbase(options));
    options.height = 32768;
    CHECK_FALSE(build_coinbase(options));
    options.height = 8388608;
    CHECK(build_coinbase(options));
}

TEST_CASE("the witness is one item of 32 zero bytes, and the txid stays") {
    const Bytes stripped = fill_coinbase(build_coinbase(some_options()).value(), Bytes(12, 0xee));
    const auto full = with_witness(stripped);
    REQUIRE(full);
    const auto transaction = parse_transaction(full.value());
    REQUIRE(transaction);
    REQUIRE(transaction.value().inputs[0].witness.size() == 1);
    CHECK(transaction.value().inputs[0].witness[0] == Bytes(32, 0));
    CHECK(serialise_stripped(transaction.value()) == stripped);
    CHECK(serialise(transaction.value()) == full.value());
    CHECK_FALSE(with_witness(Bytes(50)));
    CHECK_FALSE(with_witness(full.value()));
}
