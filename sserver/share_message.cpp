// Filling in of Share and SolvedShare.
#include "sserver/share_message.hpp"

#include <array>

#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "sserver/share_pool.hpp"

namespace lode::sserver {
namespace {

std::string text_of(ByteView bytes) {
    return std::string(as_chars(bytes));
}

std::array<std::uint8_t, extranonce1_size> extranonce1_bytes(std::uint32_t value) {
    std::array<std::uint8_t, extranonce1_size> bytes;
    store_be(bytes.data(), value);
    return bytes;
}

}  // namespace

std::shared_ptr<v1::Share> make_share(const ShareFacts& facts) {
    static thread_local SharePool pool;
    const ShareClaim& claim = facts.claim;
    auto share = pool.take();
    share->set_produced_unix_ms(to_unix_ms(facts.now));
    share->set_source(facts.origin.source);
    share->set_chain(facts.origin.chain);
    share->set_user(claim.worker->user);
    share->set_worker(claim.worker->name);
    share->set_job_id(claim.job.id.value());
    share->set_height(claim.job.height);
    const ShareTarget& assigned = assigned_target(claim.job, claim.exponent);
    const bitcoin::Hash256 target = assigned.target.to_hash();
    share->set_target(target.bytes.data(), target.bytes.size());
    const auto work = assigned.work.to_bytes();
    share->set_work(work.data(), work.size());
    share->set_solves_block(facts.check.meets_network_target);
    v1::BitcoinProof& proof = *share->mutable_bitcoin();
    proof.set_extranonce1(text_of(extranonce1_bytes(claim.extranonce1)));
    proof.set_extranonce2(text_of(claim.submit.extranonce2.view()));
    proof.set_ntime(claim.submit.time);
    proof.set_nonce(claim.submit.nonce);
    proof.set_version(facts.check.header.version);
    proof.set_bits(claim.job.bits);
    if (claim.salt) proof.set_salt(text_of(*claim.salt));
    if (claim.own != nullptr) proof.set_payout_script(text_of(claim.own->payout_script));
    return share;
}

std::shared_ptr<const v1::SolvedShare> make_solved(const ShareFacts& facts) {
    const ShareClaim& claim = facts.claim;
    auto solved = std::make_shared<v1::SolvedShare>();
    solved->set_produced_unix_ms(to_unix_ms(facts.now));
    solved->set_source(facts.origin.source);
    solved->set_chain(facts.origin.chain);
    solved->set_block_hash(text_of(facts.check.hash.view()));
    solved->set_height(claim.job.height);
    solved->set_job_id(claim.job.id.value());
    solved->set_template_id(text_of(claim.job.template_id.view()));
    if (claim.worker != nullptr) {
        solved->set_user(claim.worker->user);
        solved->set_worker(claim.worker->name);
    }
    v1::BitcoinSolution& solution = *solved->mutable_bitcoin();
    solution.set_header(text_of(facts.check.header.serialise()));
    Bytes coinbase = claim.job.prefix_with(claim.salt);
    append(coinbase, extranonce1_bytes(claim.extranonce1));
    append(coinbase, claim.submit.extranonce2.view());
    append(coinbase, claim.coinbase_suffix());
    solution.set_coinbase(text_of(coinbase));
    solution.set_transaction_count(claim.job.transaction_count);
    if (claim.own != nullptr) solution.set_payout_script(text_of(claim.own->payout_script));
    return solved;
}

}  // namespace lode::sserver
