// Real getblocktemplate answers of a regtest node, and the job, coinbase and header that must come
// of them (tests/vectors/jobs, computed there by other means).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "common/base/file.hpp"
#include "common/bitcoin/block_template.hpp"
#include "common/bitcoin/coinbase.hpp"
#include "common/bitcoin/header.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/json/document.hpp"
#include "common/messages/solo_coinbase.hpp"
#include "gbtmaker/template_encoder.hpp"
#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using std::chrono::seconds;

namespace {

constexpr SteadyTime start{std::chrono::hours(1)};

std::string vector_text(const std::string& name) {
    return read_file("tests/vectors/jobs/" + name + ".json").value();
}

std::string hex(const std::string& bytes) {
    return to_hex(as_bytes(bytes));
}

// From the node's answer through gbtmaker's encoder and jobmaker, seven seconds later.
v1::Job job_of(const std::string& name) {
    const auto parsed = bitcoin::parse_block_template(vector_text(name + ".gbt")).value();
    const UnixTime made{seconds(parsed.cur_time)};
    auto message = gbtmaker::encode_template(parsed, {.chain = "test",
                                                      .source = "gbtmaker",
                                                      .node = "http://127.0.0.1:1",
                                                      .chainwork = bitcoin::Uint256(2),
                                                      .now = made,
                                                      .node_time = made});
    jobmaker::MakerSettings settings;
    settings.chain = "test";
    settings.source = "jobmaker";
    settings.coinbase = coinbase_settings();
    settings.coinbase.payout_script =
        from_hex("00141111111111111111111111111111111111111111").value();
    settings.coinbase.solo_fee_ppm = 12'345;
    // The coinbase's number is that of the job, in its last 32 bits: one more than the last one's.
    jobmaker::Maker maker(settings, jobmaker::JobIds{JobId(0x7000'0000'0102'0303)});
    lead(maker, 40, {made, start});
    REQUIRE(maker.template_arrived(message, made, {made, start}));
    const auto later = maker.due({made + seconds(7), start + seconds(7)});
    REQUIRE(later);
    REQUIRE(later.value().message);
    return later.value().message->job();
}

// The header as a miner and sserver put it together from the job, as hex.
std::string header_of(const v1::Job& job, const std::string& coinbase_suffix) {
    const v1::BitcoinJob& body = job.bitcoin();
    Bytes coinbase = to_bytes(as_bytes(body.coinbase_prefix()));
    append(coinbase, from_hex("0010000200000000000000ff").value());
    append(coinbase, as_bytes(coinbase_suffix));
    std::vector<bitcoin::Hash256> siblings;
    for (const std::string& one : body.merkle_branch()) {
        siblings.push_back(bitcoin::hash256_from_bytes(as_bytes(one)).value());
    }
    bitcoin::BlockHeader header;
    header.version = static_cast<std::uint32_t>(body.version());
    header.prev_hash = bitcoin::hash256_from_bytes(as_bytes(body.prev_hash())).value();
    header.merkle_root = bitcoin::merkle_root_from_branch(bitcoin::sha256d(coinbase), siblings);
    header.time = body.time();
    header.bits = body.bits();
    header.nonce = 0x11223344;
    return to_hex(header.serialise());
}

// Of a solo miner with a P2TR address.
std::string solo_suffix_of(const v1::Job& job) {
    const auto parts = read_solo_coinbase(job).value().value();
    const Bytes script = from_hex("5120" + std::string(64, '2')).value();
    return std::string(as_chars(bitcoin::solo_suffix(parts, script)));
}

}  // namespace

TEST_CASE("a real template makes exactly the expected job, coinbase and header") {
    const std::string name = GENERATE("height_1", "height_16", "height_17", "five_transactions");
    CAPTURE(name);
    const auto expected_text = vector_text(name + ".job");
    const auto document = json::Document::parse(expected_text).value();
    const json::Value expected = document.root();
    const v1::Job job = job_of(name);
    const v1::BitcoinJob& body = job.bitcoin();

    CHECK(job.height() == expected.member("height").uint64());
    CHECK(job.reward() == expected.member("reward").int64());
    CHECK(hex(job.network_target()) == expected.member("network_target").string());
    CHECK(job.clean());
    CHECK(body.transaction_count() == expected.member("transaction_count").uint64());
    CHECK(body.version_mask() == expected.member("version_mask").uint64());
    CHECK(body.time() == expected.member("time").uint64());
    CHECK(body.min_time() == expected.member("min_time").uint64());
    CHECK(hex(body.coinbase_prefix()) == expected.member("coinbase_prefix").string());
    CHECK(hex(body.coinbase_suffix()) == expected.member("coinbase_suffix").string());
    const json::Value branch = expected.member("merkle_branch");
    REQUIRE(static_cast<std::size_t>(body.merkle_branch_size()) == branch.size());
    for (int i = 0; i < body.merkle_branch_size(); ++i) {
        CHECK(hex(body.merkle_branch(i)) == branch[static_cast<std::size_t>(i)].string());
    }

    CHECK(header_of(job, body.coinbase_suffix()) == expected.member("header").string());
    const std::string solo = solo_suffix_of(job);
    CHECK(hex(solo) == expected.member("solo_coinbase_suffix").string());
    CHECK(header_of(job, solo) == expected.member("solo_header").string());
}
