// Mainnet block 413567, whose raw bytes lie outside the repository: in $LODE_TESTDATA, else in
// ../shared/testdata.
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>

#include "common/base/file.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/target.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

std::string raw_block() {
    const char* folder = std::getenv("LODE_TESTDATA");
    const std::filesystem::path path =
        std::filesystem::path(folder != nullptr ? folder : "../shared/testdata") /
        "block413567.raw";
    if (!std::filesystem::exists(path)) {
        if (std::getenv("CI") != nullptr) FAIL(path.string() << " is missing");
        SKIP(path.string() << " is missing");
    }
    const auto content = read_file(path);
    REQUIRE(content);
    return content.value();
}

}  // namespace

TEST_CASE("mainnet block 413567 parses, and every transaction serialises to its own bytes") {
    const std::string raw = raw_block();
    REQUIRE(raw.size() == 999'887);
    const auto block = parse_block(as_bytes(raw));
    REQUIRE(block);
    Bytes again = to_bytes(block.value().header.serialise());
    append_compact_size(again, block.value().transactions.size());
    for (const Transaction& each : block.value().transactions) append(again, serialise(each));
    CHECK(as_chars(again) == raw);
    CHECK(check_block(block.value()));
}

TEST_CASE("mainnet block 413567 has its hash, height and Merkle root") {
    const std::string raw = raw_block();
    const Block block = parse_block(as_bytes(raw)).value();
    CHECK(to_display_hex(block.header.hash()) ==
          "0000000000000000025aff8be8a55df8f89c77296db6198f272d6577325d4069");
    CHECK(meets_target(block.header.hash(), target_from_bits(block.header.bits).value()));
    CHECK(transaction_merkle_root(block) == block.header.merkle_root);
    // BIP 34: the scriptSig begins with the height.
    const Bytes height{0x03, 0x7f, 0x4f, 0x06};
    CHECK(
        std::ranges::equal(ByteView(block.transactions[0].inputs[0].script_sig).first(4), height));
}

TEST_CASE("mainnet block 413567's branch leads from its coinbase to its root") {
    const std::string raw = raw_block();
    const Block block = parse_block(as_bytes(raw)).value();
    std::vector<Hash256> others;
    for (const Transaction& each : std::span(block.transactions).subspan(1)) {
        others.push_back(txid(each));
    }
    CHECK(merkle_root_from_branch(txid(block.transactions[0]), merkle_branch(others)) ==
          block.header.merkle_root);
}
