// Blocks put together and taken apart, and what is refused of a wrong one.
#include "common/bitcoin/block.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/script.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

Transaction a_payment(std::uint8_t seed, std::vector<Bytes> witness) {
    Transaction transaction;
    transaction.inputs = {{{Hash256{{seed}}, 0}, Bytes(3, seed), 0xffffffff, std::move(witness)}};
    transaction.outputs = {{Satoshi(1000), witness_script(0, Bytes(20, seed))}};
    return transaction;
}

std::vector<Transaction> payments() {
    return {a_payment(1, {}), a_payment(2, {Bytes(70, 0xaa), Bytes(33, 0xbb)}), a_payment(3, {})};
}

enum class Commitment { present, absent };

Bytes a_coinbase(std::span<const Transaction> others, Commitment commitment) {
    CoinbaseOptions options;
    options.height = 300;
    options.generation = 1;
    options.outputs = {{Satoshi(5'000'000'000), witness_script(0, Bytes(20, 0x11))}};
    if (commitment == Commitment::present) {
        std::vector<Hash256> wtxids;
        for (const Transaction& each : others) wtxids.push_back(wtxid(each));
        options.witness_commitment = witness_commitment_script(wtxids);
    }
    return fill_coinbase(build_coinbase(options).value(), Bytes(12, 0xee));
}

Bytes a_block(const std::vector<Transaction>& others, Commitment commitment) {
    const Bytes coinbase = a_coinbase(others, commitment);
    std::vector<Hash256> ids{txid(parse_transaction(coinbase).value())};
    std::vector<Bytes> raw;
    for (const Transaction& each : others) {
        ids.push_back(txid(each));
        raw.push_back(serialise(each));
    }
    const std::vector<ByteView> views(raw.begin(), raw.end());
    BlockHeader header;
    header.merkle_root = merkle_root(ids);
    return assemble_block({.header = header,
                           .coinbase = coinbase,
                           .has_witness_commitment = commitment == Commitment::present,
                           .transactions = views})
        .value();
}

std::string refusal(const Block& block) {
    const auto checked = check_block(block);
    return checked ? "none" : checked.error().context;
}

}  // namespace

TEST_CASE("an assembled block parses back and satisfies its own checks") {
    const Bytes bytes = a_block(payments(), Commitment::present);
    const auto block = parse_block(bytes);
    REQUIRE(block);
    REQUIRE(block.value().transactions.size() == 4);
    CHECK(block.value().transactions[2] == payments()[1]);
    CHECK(block.value().transactions[0].inputs[0].witness == std::vector<Bytes>{Bytes(32, 0)});
    CHECK(refusal(block.value()) == "none");
}

TEST_CASE("a block without witness needs no commitment and has none in its coinbase") {
    const std::vector<Transaction> plain{a_payment(1, {})};
    const auto block = parse_block(a_block(plain, Commitment::absent));
    REQUIRE(block);
    CHECK_FALSE(block.value().transactions[0].has_witness());
    CHECK(refusal(block.value()) == "none");
}

TEST_CASE("a witness without commitment is refused") {
    const auto block = parse_block(a_block(payments(), Commitment::absent));
    REQUIRE(block);
    CHECK(refusal(block.value()) == "there is a witness but no commitment to it");
}

TEST_CASE("a changed witness breaks the commitment, and no txid") {
    Block block = parse_block(a_block(payments(), Commitment::present)).value();
    block.transactions[2].inputs[0].witness[0][0] ^= 1;
    CHECK(refusal(block) == "the witness commitment does not match");
}

TEST_CASE("a commitment without the reserved value is refused") {
    Block block = parse_block(a_block(payments(), Commitment::present)).value();
    block.transactions[0].inputs[0].witness.clear();
    CHECK(refusal(block) == "the coinbase witness is not one item of 32 bytes");
    block.transactions[0].inputs[0].witness = {Bytes(31, 0)};
    CHECK(refusal(block) == "the coinbase witness is not one item of 32 bytes");
}

TEST_CASE("of several commitments the last one counts") {
    Block block = parse_block(a_block(payments(), Commitment::present)).value();
    auto& outputs = block.transactions[0].outputs;
    outputs.insert(outputs.begin(), {Satoshi(0), witness_commitment_script({})});
    CHECK(check_witness_commitment(block));
    outputs.push_back(outputs.front());
    CHECK_FALSE(check_witness_commitment(block));
}

TEST_CASE("a wrong Merkle root, coinbase or second coinbase is refused") {
    const Block good = parse_block(a_block(payments(), Commitment::present)).value();
    Block block = good;
    block.header.merkle_root.bytes[0] ^= 1;
    CHECK(refusal(block) == "the Merkle root does not match");
    block = good;
    block.transactions.erase(block.transactions.begin());
    CHECK(refusal(block) == "the first transaction is no coinbase");
    block = good;
    block.transactions.push_back(good.transactions[0]);
    CHECK(refusal(block) == "there is a second coinbase");
    block = good;
    block.transactions[0].inputs[0].script_sig.resize(101);
    CHECK(refusal(block) == "the coinbase scriptSig is of 101 bytes");
    block.transactions[0].inputs[0].script_sig.resize(1);
    CHECK(refusal(block) == "the coinbase scriptSig is of 1 bytes");
}

TEST_CASE("the weight counts header, count and the coinbase with its witness") {
    const auto others = payments();
    const Bytes bytes = a_block(others, Commitment::present);
    const Block block = parse_block(bytes).value();
    const std::size_t coinbase_size = a_coinbase(others, Commitment::present).size();
    CHECK(coinbase_weight(coinbase_size) == weight(block.transactions[0]));
    std::vector<std::uint64_t> weights;
    std::size_t stripped = 80 + 1 + coinbase_size;
    for (const Transaction& each : others) {
        weights.push_back(weight(each));
        stripped += serialise_stripped(each).size();
    }
    CHECK(block_weight(weights, coinbase_weight(coinbase_size)) == 3 * stripped + bytes.size());
    // 252 others and the coinbase make the count three bytes long.
    const std::vector<std::uint64_t> many(252, 400);
    CHECK(block_weight(many, 500) == 4 * 83 + 252 * 400 + 500);
}

TEST_CASE("every cut of a block and bytes after it are refused") {
    Bytes bytes = a_block(payments(), Commitment::present);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(parse_block(ByteView(bytes).first(size)));
    }
    bytes.push_back(0);
    CHECK_FALSE(parse_block(bytes));
}
