// What fits beside our coinbase, and what a job says.
#include "jobmaker/job_builder.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/bitcoin/address.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/script.hpp"
#include "common/messages/solo_coinbase.hpp"
#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using jobmaker::build_job;
using jobmaker::plan_job;

namespace {

v1::BitcoinTemplate& body_of(v1::TemplateMessage& message) {
    return *message.mutable_template_()->mutable_bitcoin();
}

// Header, count and largest coinbase of a_template() with coinbase_settings(), measured once: a
// solo miner's has one output of up to 51 bytes more.
std::uint64_t overhead() {
    const auto message = a_template();
    const auto plan = plan_job(read(message), coinbase_settings()).value();
    const auto job = build_job(plan, coinbase_settings(), {.id = JobId(1)}).value();
    const std::size_t size = job.bitcoin().coinbase_prefix().size() + jobmaker::extranonce_size +
                             job.bitcoin().coinbase_suffix().size() + 51;
    return bitcoin::block_weight({}, bitcoin::coinbase_weight(size));
}

}  // namespace

TEST_CASE("a template of 4,000 transactions keeps them all and has a branch of 12 siblings") {
    const auto message = a_template();
    for (int i = 0; i < 4'000; ++i) add_transaction(*message, {.weight = 900});
    const auto plan = plan_job(read(message), coinbase_settings()).value();
    CHECK(plan.transaction_count == 4'000);
    CHECK(plan.merkle_branch.size() == 12);
    CHECK(plan.reward.value() == 2'500'000'000 + 4'000 * 100);
    CHECK(to_bytes(as_bytes(commitment)) == plan.witness_commitment);
}

TEST_CASE(
    "transactions that fill the weight limit to the last unit stay, one unit more drops one") {
    const std::uint64_t room = 40'000 - overhead();
    for (const std::uint32_t excess : {0U, 1U}) {
        const auto message = a_template();
        body_of(*message).set_weight_limit(40'000);
        add_transaction(*message, {.weight = 1'000});
        add_transaction(*message,
                        {.weight = static_cast<std::uint32_t>(room) - 1'000 + excess, .fee = 77});
        const auto plan = plan_job(read(message), coinbase_settings()).value();
        CHECK(plan.transaction_count == 2 - excess);
        CHECK(plan.reward.value() == 2'500'000'100 + (excess == 0 ? 77 : 0));
    }
}

TEST_CASE("dropping a transaction makes the witness commitment and the branch anew") {
    const auto message = a_template();
    body_of(*message).set_weight_limit(4'000);
    for (int i = 0; i < 3; ++i) add_transaction(*message, {.weight = 1'300});
    const auto content = read(message);
    const auto plan = plan_job(content, coinbase_settings()).value();
    REQUIRE(plan.transaction_count == 2);
    std::vector<bitcoin::Hash256> txids;
    std::vector<bitcoin::Hash256> wtxids;
    for (int i = 0; i < 2; ++i) {
        const auto& one = content.body().transactions(i);
        txids.push_back(bitcoin::hash256_from_bytes(as_bytes(one.txid())).value());
        wtxids.push_back(bitcoin::hash256_from_bytes(as_bytes(one.wtxid())).value());
    }
    CHECK(plan.witness_commitment == bitcoin::witness_commitment_script(wtxids));
    CHECK(plan.merkle_branch == bitcoin::merkle_branch(txids));
}

TEST_CASE("signature operations of a P2PKH output count four and can cost the last transaction") {
    const auto message = a_template();
    add_transaction(*message, {.sigops = 79'988});  // and four for a solo miner's output
    add_transaction(*message, {.sigops = 8});
    auto settings = coinbase_settings();
    CHECK(plan_job(read(message), settings).value().transaction_count == 2);
    settings.payout_script = from_hex("76a914" + std::string(40, '1') + "88ac").value();
    CHECK(plan_job(read(message), settings).value().transaction_count == 1);
}

TEST_CASE("a template without room for our coinbase is refused") {
    const auto message = a_template();
    body_of(*message).set_weight_limit(500);
    const auto plan = plan_job(read(message), coinbase_settings());
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ErrorCode::rejected);
}

TEST_CASE("bits that the node requires are not offered for rolling") {
    const auto message = a_template();
    body_of(*message).set_version_bits_required(0x00006000);
    const auto plan = plan_job(read(message), coinbase_settings()).value();
    const auto job = build_job(plan, coinbase_settings(), {.id = JobId(1)}).value();
    CHECK(job.bitcoin().version_mask() == 0x1fff8000);
}

TEST_CASE("jobs of one template differ in their coinbase and so in every Merkle root") {
    const auto plan = plan_job(read(a_template()), coinbase_settings()).value();
    const auto one = build_job(plan, coinbase_settings(), {.coinbase_number = 1}).value();
    const auto two = build_job(plan, coinbase_settings(), {.coinbase_number = 2}).value();
    CHECK(one.bitcoin().coinbase_prefix() != two.bitcoin().coinbase_prefix());
    CHECK(one.bitcoin().coinbase_suffix() == two.bitcoin().coinbase_suffix());
}

TEST_CASE("a job's coinbase prefix ends with as many salt bytes as it says") {
    const auto plan = plan_job(read(a_template()), coinbase_settings()).value();
    const auto job = build_job(plan, coinbase_settings(), {.id = JobId(1)}).value();
    CHECK(job.bitcoin().salt_size() == 4);
    CHECK(job.bitcoin().coinbase_prefix().ends_with(std::string("\x10\0\0\0\0", 5)));
}

TEST_CASE("a job's time is never below the template's least") {
    const auto plan = plan_job(read(a_template()), coinbase_settings()).value();
    const auto job = build_job(plan, coinbase_settings(), {.time = 5}).value();
    CHECK(job.bitcoin().time() == template_time - 600);
}

TEST_CASE("a block before segwit has no commitment and no witness") {
    const auto message = a_template();
    body_of(*message).clear_witness_commitment();
    const auto plan = plan_job(read(message), coinbase_settings()).value();
    const auto job = build_job(plan, coinbase_settings(), {.id = JobId(1)}).value();
    CHECK_FALSE(job.bitcoin().witness());
    CHECK(job.bitcoin().coinbase_suffix().find(commitment) == std::string::npos);
}

TEST_CASE("coinbaseaux bytes that break the scriptSig's limit are refused") {
    const auto message = a_template();
    body_of(*message).set_coinbase_aux(std::string(80, '\x01'));
    CHECK_FALSE(plan_job(read(message), coinbase_settings()));
}

TEST_CASE("a job tells what a solo miner's coinbase is made of") {
    auto settings = coinbase_settings();
    settings.solo_fee_ppm = 20'000;
    const auto plan = plan_job(read(a_template()), settings).value();
    const auto job = build_job(plan, settings, {.id = JobId(1)}).value();
    const v1::SoloCoinbase& solo = job.bitcoin().solo();
    CHECK(solo.head() == std::string("\xfe\xff\xff\xff", 4));
    CHECK(solo.fee_ppm() == 20'000);
    CHECK(as_bytes(solo.fee_script()).size() == 22);
    CHECK(to_bytes(as_bytes(solo.fee_script())) == settings.payout_script);
    CHECK(solo.witness_commitment() == commitment);
    CHECK(solo.lock_time() == 199);
}

TEST_CASE("a block with the largest solo coinbase is within the weight limit") {
    const auto message = a_template();
    body_of(*message).set_weight_limit(40'000);
    for (int i = 0; i < 100; ++i) add_transaction(*message, {.weight = 400});
    auto settings = coinbase_settings();
    settings.solo_fee_ppm = 500'000;
    const auto plan = plan_job(read(message), settings).value();
    const auto job = build_job(plan, settings, {.id = JobId(1)}).value();
    const auto parts = read_solo_coinbase(job).value().value();
    const Bytes longest = bitcoin::witness_script(16, Bytes(40, 0x33));
    CHECK(longest.size() == bitcoin::address_script_size_max);
    const std::size_t size = job.bitcoin().coinbase_prefix().size() + jobmaker::extranonce_size +
                             bitcoin::solo_suffix(parts, longest).size();
    const std::vector<std::uint64_t> weights(plan.transaction_count, 400);
    const auto weight = bitcoin::block_weight(weights, bitcoin::coinbase_weight(size));
    CHECK(weight <= 40'000);
    CHECK(weight > 40'000 - 400);
}
