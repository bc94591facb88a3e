// What gets past blkmaker's door.
#include "blkmaker/solution.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/blkmaker/builders.hpp"

using namespace lode;

TEST_CASE("a solved share becomes a typed solution") {
    const auto share = test::a_solution(test::a_template({1}));
    const auto solution = blkmaker::parse_solution(share);
    REQUIRE(solution);
    CHECK(as_chars(solution.value().hash.view()) == share.block_hash());
    CHECK(solution.value().height == 200);
    CHECK(solution.value().job == JobId(77));
    CHECK(solution.value().user == "miner");
    CHECK(solution.value().reward == bitcoin::Satoshi(5'000'000'000));
    CHECK(solution.value().found == from_unix_ms(1'700'000'000'500));
}

namespace {

using Outputs = std::vector<bitcoin::TxOutput>;

const Bytes pool_script{0x51};
const Bytes miner_script{0x52};

// What is read of a coinbase of these outputs; `payout_script`: a solo miner's, else empty.
blkmaker::PaidCoinbase paid_by(const Outputs& outputs, const Bytes& payout_script) {
    auto share = test::a_solution(test::a_template({1}));
    auto coinbase = bitcoin::parse_transaction(as_bytes(share.bitcoin().coinbase())).value();
    coinbase.outputs = outputs;
    coinbase.outputs.push_back({bitcoin::Satoshi(0), {0x6a}});  // the witness commitment
    share.mutable_bitcoin()->set_coinbase(test::text(bitcoin::serialise_stripped(coinbase)));
    share.mutable_bitcoin()->set_payout_script(test::text(payout_script));
    const auto paid = blkmaker::parse_solution(share).value().paid;
    CHECK(paid.txid == bitcoin::txid(coinbase));
    return paid;
}

}  // namespace

TEST_CASE("all that the pool's coinbase pays is the pool's") {
    const auto paid = paid_by({{bitcoin::Satoshi(5000), pool_script}}, {});
    CHECK(paid.finder == blkmaker::Finder::pool);
    CHECK(paid.pool_amount == bitcoin::Satoshi(5000));
}

TEST_CASE("of a solo miner's coinbase only the fee is the pool's, whoever the miner is") {
    for (const Bytes& script : {miner_script, pool_script}) {
        const auto with_fee = paid_by(
            {{bitcoin::Satoshi(4900), script}, {bitcoin::Satoshi(100), pool_script}}, script);
        CHECK(with_fee.finder == blkmaker::Finder::solo_miner);
        CHECK(with_fee.pool_amount == bitcoin::Satoshi(100));
        const auto without = paid_by({{bitcoin::Satoshi(5000), script}}, script);
        CHECK(without.finder == blkmaker::Finder::solo_miner);
        CHECK(without.pool_amount == bitcoin::Satoshi(0));
    }
}

TEST_CASE("a solo miner's coinbase of another shape is taken, and nothing of it is the pool's") {
    const auto paid =
        paid_by({{bitcoin::Satoshi(100), pool_script}, {bitcoin::Satoshi(4900), miner_script}},
                miner_script);
    CHECK(paid.finder == blkmaker::Finder::solo_miner);
    CHECK(paid.pool_amount == bitcoin::Satoshi(0));
}

TEST_CASE("a header that does not meet its own target is refused") {
    auto share = test::a_solution(test::a_template({1}));
    auto header = bitcoin::parse_header(as_bytes(share.bitcoin().header())).value();
    header.bits = 0x1d00ffff;
    share.mutable_bitcoin()->set_header(test::text(header.serialise()));
    share.set_block_hash(test::text(header.hash().view()));
    const auto solution = blkmaker::parse_solution(share);
    REQUIRE_FALSE(solution);
    CHECK(solution.error().code == ErrorCode::rejected);
}

TEST_CASE("what the journal kept is read back, and damage is not passed over") {
    const auto share = test::a_solution(test::a_template({1}));
    const auto read = blkmaker::parse_entries({share.SerializeAsString()});
    REQUIRE(read);
    REQUIRE(read.value().size() == 1);
    CHECK(read.value()[0].block_hash() == share.block_hash());
    CHECK_FALSE(blkmaker::parse_entries({share.SerializeAsString(), "\x0a"}));
}

TEST_CASE("fields that are missing or contradict each other are malformed") {
    const auto good = test::a_solution(test::a_template({}));
    const auto refused = [](const v1::SolvedShare& share) {
        const auto solution = blkmaker::parse_solution(share);
        return solution.has_error() && solution.error().code == ErrorCode::malformed;
    };
    auto share = good;
    share.clear_bitcoin();
    CHECK(refused(share));
    share = good;
    share.mutable_bitcoin()->mutable_header()->pop_back();
    CHECK(refused(share));
    share = good;
    share.set_block_hash(std::string(32, '\0'));
    CHECK(refused(share));
    share = good;
    share.set_template_id("short");
    CHECK(refused(share));
}
