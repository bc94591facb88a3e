// The proposed block, checked by our own rules, and the node's words about it.
#include "jobmaker/proposal.hpp"

#include <catch2/catch_test_macros.hpp>

#include "common/base/file.hpp"
#include "common/bitcoin/block.hpp"
#include "common/bitcoin/block_template.hpp"
#include "gbtmaker/template_encoder.hpp"
#include "tests/jobmaker/templates.hpp"

using namespace lode;
using namespace lode::test;
using jobmaker::proposal_verdict;
using jobmaker::ProposalVerdict;

namespace {

struct Made {
    jobmaker::JobPlan plan;
    v1::Job job;
};
Made made_of(const std::shared_ptr<const v1::TemplateMessage>& message) {
    const auto content = jobmaker::read_template(message).value();
    Made made{jobmaker::plan_job(content, coinbase_settings()).value(), {}};
    made.job = jobmaker::build_job(made.plan, coinbase_settings(), {.id = JobId(1)}).value();
    return made;
}

bitcoin::BlockTemplate real_template() {
    const auto text = read_file("tests/vectors/jobs/five_transactions.gbt.json").value();
    return bitcoin::parse_block_template(text).value();
}

bitcoin::Block proposed(const bitcoin::BlockTemplate& content) {
    const auto made = made_of(gbtmaker::encode_template(content, {.chain = "test",
                                                                  .source = "gbtmaker",
                                                                  .node = "http://127.0.0.1:1",
                                                                  .chainwork = {},
                                                                  .now = {},
                                                                  .node_time = {}}));
    const auto bytes = from_hex(jobmaker::proposal_block(made.job, made.plan).value()).value();
    return bitcoin::parse_block(bytes).value();
}

}  // namespace

TEST_CASE("the proposal of a real template is a block that passes every check of ours") {
    const auto block = proposed(real_template());
    CHECK(block.transactions.size() == 6);
    CHECK(bitcoin::check_block(block));
}

TEST_CASE("a block that lost its last transactions passes them, too, and pays less") {
    auto shortened = real_template();
    shortened.weight_limit = 2'500;
    const auto whole = proposed(real_template());
    const auto block = proposed(shortened);
    CHECK(block.transactions.size() > 1);
    CHECK(block.transactions.size() < 6);
    CHECK(bitcoin::check_block(block));
    CHECK(block.transactions[0].outputs[0].amount < whole.transactions[0].outputs[0].amount);
}

TEST_CASE("jobs that differ in numbers have one shape, empty and trimmed ones their own") {
    const auto one = made_of(a_template({.id = 1, .prev = 1}));
    const auto two = made_of(a_template({.id = 2, .prev = 2}));
    CHECK(jobmaker::proposal_shape(one.job, one.plan) ==
          jobmaker::proposal_shape(two.job, two.plan));
    const auto filled_message = a_template();
    add_transaction(*filled_message, {.weight = 3'000});
    const auto full = made_of(filled_message);
    filled_message->mutable_template_()->mutable_bitcoin()->set_weight_limit(3'000);
    const auto trimmed = made_of(filled_message);
    CHECK(jobmaker::proposal_shape(one.job, one.plan) !=
          jobmaker::proposal_shape(full.job, full.plan));
    CHECK(jobmaker::proposal_shape(trimmed.job, trimmed.plan) !=
          jobmaker::proposal_shape(full.job, full.plan));
}

TEST_CASE("only a null answer is valid, another tip is unknown, any other word is a refusal") {
    CHECK(proposal_verdict(std::nullopt) == ProposalVerdict::valid);
    CHECK(proposal_verdict("inconclusive-not-best-prevblk") == ProposalVerdict::unknown);
    CHECK(proposal_verdict("duplicate") == ProposalVerdict::unknown);
    CHECK(proposal_verdict("bad-cb-amount") == ProposalVerdict::refused);
    CHECK(proposal_verdict("") == ProposalVerdict::refused);
}
