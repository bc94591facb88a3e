// Templates of a real node, and the same with one field broken.
#include "common/bitcoin/block_template.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/base/hex.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/target.hpp"

using namespace lode;
using namespace lode::bitcoin;

namespace {

std::string vector_file(std::string_view name) {
    const auto content = read_file("tests/vectors/bitcoin/" + std::string(name));
    REQUIRE(content);
    return content.value();
}

const std::string& with_transactions() {
    static const std::string text = vector_file("template_regtest_transactions.json");
    return text;
}

// The text with its first `from` replaced, which must be there.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

std::string refusal(std::string_view json) {
    const auto parsed = parse_block_template(json);
    return parsed ? "none" : parsed.error().context;
}

}  // namespace

TEST_CASE("a template without transactions becomes typed values") {
    const auto parsed = parse_block_template(vector_file("template_regtest_first.json"));
    REQUIRE(parsed);
    const BlockTemplate& block_template = parsed.value();
    CHECK(block_template.version == 0x20000000);
    CHECK(to_display_hex(block_template.prev_hash) ==
          "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206");
    CHECK(block_template.height == 1);
    CHECK(block_template.bits == 0x207fffff);
    CHECK(block_template.target == target_from_bits(0x207fffff).value());
    CHECK(block_template.cur_time == 1795242250);
    CHECK(block_template.min_time == 1296688603);
    CHECK(block_template.coinbase_value == Satoshi(5'000'000'000));
    CHECK(block_template.coinbase_aux.empty());
    CHECK(block_template.weight_limit == 4'000'000);
    CHECK(block_template.sigop_limit == 80'000);
    CHECK(block_template.size_limit == 4'000'000);
    CHECK(block_template.version_bits_required == 0);
    CHECK(block_template.rules == std::vector<std::string>{"csv", "!segwit", "taproot"});
    CHECK(block_template.mutable_parts ==
          std::vector<std::string>{"time", "transactions", "prevblock"});
    CHECK_FALSE(block_template.signet_challenge);
    CHECK(block_template.longpoll_id.starts_with("0f9188f13cb7b2c7"));
    CHECK(block_template.transactions.empty());
    CHECK(block_template.default_witness_commitment == witness_commitment_script({}));
    CHECK(check_minable(block_template));
}

TEST_CASE("a template's transactions are those of the block that the node makes of it") {
    const auto parsed = parse_block_template(with_transactions());
    REQUIRE(parsed);
    const std::string hex = vector_file("block_regtest_witness.hex");
    const auto block = parse_block(from_hex(hex.substr(0, hex.find('\n'))).value());
    REQUIRE(block);
    REQUIRE(parsed.value().transactions.size() == 3);
    REQUIRE(block.value().transactions.size() == 4);
    std::vector<Hash256> wtxids;
    for (std::size_t i = 0; i < 3; ++i) {
        const TemplateTransaction& each = parsed.value().transactions[i];
        CHECK(serialise(block.value().transactions[i + 1]) == each.raw);
        wtxids.push_back(each.wtxid);
    }
    CHECK(parsed.value().transactions[2].fee == Satoshi(1608));
    CHECK(parsed.value().transactions[2].sigops == 4);
    CHECK(parsed.value().default_witness_commitment == witness_commitment_script(wtxids));
    CHECK(check_block(block.value()));
    CHECK(meets_target(block.value().header.hash(), parsed.value().target));
}

TEST_CASE("each missing field is named") {
    for (const char* field :
         {"version", "previousblockhash", "height", "bits", "target", "curtime", "mintime",
          "vbrequired", "weightlimit", "sigoplimit", "sizelimit", "coinbasevalue", "coinbaseaux",
          "rules", "mutable", "longpollid", "transactions"}) {
        const std::string name = "\"" + std::string(field) + "\"";
        const std::string broken =
            replaced(vector_file("template_regtest_first.json"), name + ":", "\"other\":");
        CHECK(refusal(broken).starts_with("field " + name + " is missing"));
    }
    for (const char* field : {"data", "txid", "hash", "fee", "weight", "sigops"}) {
        const std::string name = "\"" + std::string(field) + "\"";
        const std::string broken = replaced(with_transactions(), name + ":", "\"other\":");
        CHECK(refusal(broken).starts_with("transaction 0: field " + name + " is missing"));
    }
}

TEST_CASE("a field of the wrong type or out of range is named") {
    const std::string good = vector_file("template_regtest_first.json");
    struct Case {
        std::string_view from;
        std::string_view to;
        std::string_view named;
    };
    for (const Case& each : {
             Case{"\"height\": 1", "\"height\": -1", "field \"height\""},
             Case{"\"height\": 1", "\"height\": \"1\"", "field \"height\""},
             Case{"\"height\": 1", "\"height\": 1.5", "field \"height\""},
             Case{"\"height\": 1", "\"height\": 4294967296", "field \"height\""},
             Case{"\"bits\": \"207fffff\"", "\"bits\": \"207ffff\"", "field \"bits\""},
             Case{"\"bits\": \"207fffff\"", "\"bits\": \"20ffffff\"", "field \"bits\""},
             Case{"\"bits\": \"207fffff\"", "\"bits\": \"207ffffe\"", "field \"target\""},
             Case{"5000000000", "-1", "field \"coinbasevalue\""},
             Case{"5000000000", "2100000000000001", "field \"coinbasevalue\""},
             Case{"0f9188f1", "0f9188g1", "field \"previousblockhash\""},
             Case{"0f9188f1", "0f9188f", "field \"previousblockhash\""},
             Case{"\"csv\"", "7", "field \"rules\""},
             Case{"6a24aa", "6a24a", "field \"default_witness_commitment\""},
             Case{"\"coinbaseaux\": {", "\"coinbaseaux\": {\"a\": \"0\"", "field \"coinbaseaux\""},
             Case{"\"coinbaseaux\": {", "\"coinbaseaux\": {\"a\": 1", "field \"coinbaseaux\""},
         }) {
        INFO(each.to);
        CHECK(refusal(replaced(good, each.from, each.to)).starts_with(each.named));
    }
}

TEST_CASE("all values of coinbaseaux count, one after another") {
    const auto parsed = parse_block_template(
        replaced(vector_file("template_regtest_first.json"), "\"coinbaseaux\": {",
                 R"("coinbaseaux": {"flags": "0a0b", "more": "", "last": "0c")"));
    REQUIRE(parsed);
    CHECK(to_hex(parsed.value().coinbase_aux) == "0a0b0c");
}

TEST_CASE("a coinbaseaux larger than a scriptSig is refused") {
    const std::string large(2 * 101, '0');
    CHECK(refusal(replaced(vector_file("template_regtest_first.json"), "\"coinbaseaux\": {",
                           "\"coinbaseaux\": {\"a\": \"" + large + "\"")) ==
          "field \"coinbaseaux\": is larger than a coinbase scriptSig");
}

TEST_CASE("a transaction that is not what its ids say is refused, unless asked otherwise") {
    const auto first = parse_block_template(with_transactions()).value().transactions[0];
    const std::string id = to_display_hex(first.txid);
    std::string other_id = id;
    other_id[0] = other_id[0] == '0' ? '1' : '0';
    const auto broken_in = [&](std::string_view field) {
        return replaced(with_transactions(), "\"" + std::string(field) + "\": \"" + id,
                        "\"" + std::string(field) + "\": \"" + other_id);
    };
    CHECK(refusal(broken_in("txid")) == "transaction 0: field \"txid\": is not that of the data");
    CHECK(refusal(broken_in("hash")) == "transaction 0: field \"hash\": is not that of the data");
    CHECK(refusal(replaced(with_transactions(), "\"weight\": 752", "\"weight\": 753")) ==
          "transaction 0: field \"weight\": is not that of the data");
    const auto unchecked = parse_block_template(broken_in("txid"), TransactionCheck::none);
    REQUIRE(unchecked);
    CHECK(to_display_hex(unchecked.value().transactions[0].txid) == other_id);
}

TEST_CASE("transaction data that is no transaction is refused") {
    CHECK(refusal(replaced(with_transactions(), "\"data\": \"02", "\"data\": \"02ff"))
              .starts_with("transaction 0: field \"data\": "));
}

TEST_CASE("fees above the coinbase value are refused") {
    CHECK(refusal(replaced(with_transactions(), "5000021608", "21607")) ==
          "field \"coinbasevalue\": is below the fees");
    CHECK(refusal(replaced(with_transactions(), "5000021608", "21608")) == "none");
}

TEST_CASE("text that is no JSON object is refused") {
    CHECK_FALSE(parse_block_template(""));
    CHECK_FALSE(parse_block_template("[]"));
    CHECK_FALSE(parse_block_template("{\"version\": 1"));
    CHECK(refusal("null") == "the template is not a JSON object");
}

TEST_CASE("an unknown rule that must be understood is refused, others are not") {
    const std::string good = vector_file("template_regtest_first.json");
    const auto minable = [&](std::string_view rule) {
        return check_minable(parse_block_template(replaced(good, "\"csv\"", rule)).value());
    };
    CHECK(minable("\"unheard\""));
    CHECK(minable("\"!signet\""));
    const auto refused = minable("\"!blake2b\"");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context ==
          "the node asks for the rule '!blake2b', which is unknown here");
}

TEST_CASE("a signet is minable when its challenge is trivial only") {
    const std::string good = vector_file("template_signet.json");
    const auto trivial = parse_block_template(good);
    REQUIRE(trivial);
    CHECK(trivial.value().signet_challenge == Bytes{0x51});
    CHECK(check_minable(trivial.value()));
    const auto signed_only = parse_block_template(
        replaced(good, "\"signet_challenge\": \"51\"", "\"signet_challenge\": \"5121\""));
    REQUIRE(signed_only);
    const auto refused = check_minable(signed_only.value());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().context == "the signet's challenge is not 51 but 5121");
}
