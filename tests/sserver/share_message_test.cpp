// An accepted share carries all that a stranger needs to verify it again.
#include "sserver/share_message.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/sserver/builders.hpp"

using namespace lode;
using namespace lode::sserver;
using namespace lode::test;

namespace {

const Worker alice{"alice.rig", "alice", "rig"};
const Origin origin{"sserver-5", "regtest"};

struct Found {
    explicit Found(Want want) {
        submit.version_bits = 0x0000e000;
        submit = mine(*job, {.extranonce1 = 0x00500007, .mask = 0x1fffe000, .want = want}, submit);
        judgement = judge(claim, seen, start.steady);
    }
    JobPtr job = a_job();
    stratum::Submit submit = a_submit();
    MerkleRoots roots;
    ShareClaim claim{.job = *job,
                     .standing = Standing::in_force,
                     .extranonce1 = 0x00500007,
                     .version_mask = 0x1fffe000,
                     .exponent = -30,
                     .worker = &alice,
                     .submit = submit,
                     .oldest_job = JobId(1),
                     .roots = roots};
    DuplicateFilter seen;
    Judgement judgement;
    [[nodiscard]] ShareFacts facts() const { return {origin, claim, judgement.check, start.unix}; }
};

}  // namespace

TEST_CASE("the header can be put together again from job and share alone") {
    const Found found(Want::share_only);
    const auto share = make_share(found.facts());
    const v1::Job job = job_message({});
    Bytes coinbase = to_bytes(as_bytes(job.bitcoin().coinbase_prefix()));
    append(coinbase, as_bytes(share->bitcoin().extranonce1()));
    append(coinbase, as_bytes(share->bitcoin().extranonce2()));
    append(coinbase, as_bytes(job.bitcoin().coinbase_suffix()));
    const auto branch =
        bitcoin::hash256_from_bytes(as_bytes(job.bitcoin().merkle_branch(0))).value();
    const bitcoin::BlockHeader header{
        .version = share->bitcoin().version(),
        .prev_hash = bitcoin::hash256_from_bytes(as_bytes(job.bitcoin().prev_hash())).value(),
        .merkle_root = bitcoin::sha256d(bitcoin::sha256d(coinbase), branch),
        .time = share->bitcoin().ntime(),
        .bits = share->bitcoin().bits(),
        .nonce = share->bitcoin().nonce()};
    const auto target =
        bitcoin::Uint256::from_hash(bitcoin::hash256_from_bytes(as_bytes(share->target())).value());
    CHECK(target == share_target(-30).target);
    CHECK(bitcoin::meets_target(header.hash(), target));
    CHECK(header.hash() == found.judgement.check.hash);
    CHECK(header.version == 0x2000e000);
}

TEST_CASE("a share says who, when, for which job and how much work") {
    const auto share = make_share(Found(Want::share_only).facts());
    CHECK(share->produced_unix_ms() == to_unix_ms(start.unix));
    CHECK(share->source() == "sserver-5");
    CHECK(share->chain() == "regtest");
    CHECK(share->user() == "alice");
    CHECK(share->worker() == "rig");
    CHECK(share->job_id() == 0x1000);
    CHECK(share->height() == 100);
    CHECK(bitcoin::work_from_bytes(as_bytes(share->work())).value() == share_target(-30).work);
    CHECK_FALSE(share->solves_block());
    CHECK(share->bitcoin().extranonce1() == std::string("\x00\x50\x00\x07", 4));
    CHECK(share->bitcoin().payout_script().empty());
    CHECK(make_share(Found(Want::block).facts())->solves_block());
}

TEST_CASE("a solved share carries the header and coinbase as hashed") {
    const Found found(Want::block);
    const auto solved = make_solved(found.facts());
    const auto header = bitcoin::parse_header(as_bytes(solved->bitcoin().header())).value();
    CHECK(as_chars(header.hash().view()) == solved->block_hash());
    const auto branch = bitcoin::hash256_from_bytes(std::vector<std::uint8_t>(32, 'b')).value();
    CHECK(bitcoin::sha256d(bitcoin::sha256d(as_bytes(solved->bitcoin().coinbase())), branch) ==
          header.merkle_root);
    CHECK(solved->bitcoin().transaction_count() == 7);
    CHECK(solved->template_id() == std::string(32, 't'));
    CHECK(solved->job_id() == 0x1000);
    CHECK(solved->height() == 100);
    CHECK(solved->user() == "alice");
}

TEST_CASE("a block found by nobody known is passed on without a name") {
    Found found(Want::block);
    found.claim.worker = nullptr;
    const auto solved = make_solved(found.facts());
    CHECK(solved->user().empty());
    CHECK(solved->worker().empty());
    CHECK(solved->block_hash().size() == 32);
}

TEST_CASE("what an earlier share said does not show in a later one") {
    const Found found(Want::block);
    const std::string fresh = make_share(found.facts())->SerializeAsString();
    {
        const auto other = make_share(found.facts());
        other->set_user(std::string(128, 'u'));
        other->set_stream(7);
        other->set_sequence(9);
        other->mutable_bitcoin()->set_payout_script("script");
    }
    CHECK(make_share(found.facts())->SerializeAsString() == fresh);
}
