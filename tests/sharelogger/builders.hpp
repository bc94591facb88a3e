// A job and real shares on it, mined at a target that every fourth hash meets.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/bitcoin/share_check.hpp"
#include "common/bitcoin/target.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/messages/solo_coinbase.hpp"
#include "sharelogger/archive_frame.hpp"

namespace lode::test {

inline sharelogger::PackedMessages packed(const std::vector<std::string>& messages) {
    sharelogger::PackedMessages all;
    for (const std::string& message : messages) all.push_back(message);
    return all;
}

inline std::string text(ByteView bytes) {
    return std::string(as_chars(bytes));
}

inline bitcoin::Uint256 network_target() {
    return bitcoin::target_from_bits(0x1f00ffff).value();
}
inline bitcoin::Uint256 share_target() {
    return bitcoin::target_from_bits(0x203fffff).value();
}

inline v1::Job a_job() {
    v1::Job job;
    job.set_job_id(1'700'000'000ULL << 16 | 3);
    job.set_height(150);
    job.set_network_target(text(network_target().to_hash().view()));
    auto& body = *job.mutable_bitcoin();
    body.set_prev_hash(std::string(32, '\x22'));
    body.set_version(0x20000000);
    body.set_version_mask(0x1fffe000);
    body.set_bits(0x1f00ffff);
    body.set_coinbase_prefix(std::string(70, 'p'));
    body.set_extranonce_size(12);
    body.set_salt_size(4);
    body.set_coinbase_suffix(std::string(90, 's'));
    body.add_merkle_branch(std::string(32, '\x33'));
    job.set_reward(5'000'000'000);
    body.mutable_solo()->set_head("\xfe\xff\xff\xff");
    body.mutable_solo()->set_fee_ppm(20'000);
    body.mutable_solo()->set_fee_script("pool");
    body.mutable_solo()->set_lock_time(149);
    return job;
}

// The first share of the job whose hash meets the target, as an sserver would publish it; with a
// payout script it is a solo miner's, with a salt one of a job that was sent again.
inline v1::Share a_share(const v1::Job& job, std::uint64_t sequence,
                         const std::string& payout_script = {}, const std::string& salt = {}) {
    const auto& body = job.bitcoin();
    bitcoin::ShareJob check;
    const std::string& prefix = body.coinbase_prefix();
    check.coinbase_prefix.update(as_bytes(prefix.substr(0, prefix.size() - salt.size()) + salt));
    const Bytes suffix = payout_script.empty()
                             ? to_bytes(as_bytes(body.coinbase_suffix()))
                             : bitcoin::solo_suffix(read_solo_coinbase(job).value().value(),
                                                    as_bytes(payout_script));
    check.coinbase_suffix = suffix;
    const bitcoin::Hash256 sibling =
        bitcoin::hash256_from_bytes(as_bytes(body.merkle_branch(0))).value();
    check.merkle_branch = {&sibling, 1};
    check.version = static_cast<std::uint32_t>(body.version());
    check.version_mask = body.version_mask();
    check.prev_hash = bitcoin::hash256_from_bytes(as_bytes(body.prev_hash())).value();
    check.bits = body.bits();
    check.network_target = network_target();
    const std::string extranonce1(4, '\x01');
    std::string extranonce2(8, '\0');
    extranonce2[0] = static_cast<char>(sequence);
    bitcoin::ShareSubmit submit{.extranonce1 = as_bytes(extranonce1),
                                .extranonce2 = as_bytes(extranonce2),
                                .time = 1'700'000'001,
                                .nonce = 0,
                                .version_bits = 0x00002000,
                                .share_target = share_target()};
    auto result = bitcoin::check_share(check, submit);
    while (!result.meets_share_target || result.meets_network_target) {
        ++submit.nonce;
        result = bitcoin::check_share(check, submit);
    }
    v1::Share share;
    share.set_produced_unix_ms(1'700'000'001'000);
    share.set_stream(1ULL << 48 | 7ULL << 16);
    share.set_sequence(sequence);
    share.set_user("alice");
    share.set_worker("rig");
    share.set_job_id(job.job_id());
    share.set_height(job.height());
    share.set_target(text(share_target().to_hash().view()));
    share.set_work(text(bitcoin::work_of_target(share_target()).to_bytes()));
    auto& proof = *share.mutable_bitcoin();
    proof.set_extranonce1(extranonce1);
    proof.set_extranonce2(extranonce2);
    proof.set_ntime(submit.time);
    proof.set_nonce(submit.nonce);
    proof.set_version(result.header.version);
    proof.set_bits(body.bits());
    proof.set_payout_script(payout_script);
    proof.set_salt(salt);
    return share;
}

// Only what the accounts look at; its proof does not hold.
inline std::shared_ptr<v1::Share> a_bare_share(std::uint64_t stream, std::uint64_t sequence,
                                               std::uint64_t job) {
    auto share = std::make_shared<v1::Share>();
    share->set_produced_unix_ms(1'700'000'000'000);
    share->set_stream(stream);
    share->set_sequence(sequence);
    share->set_user("alice");
    share->set_job_id(job);
    share->set_work(text(bitcoin::Work(0, 5).to_bytes()));
    share->mutable_bitcoin()->set_bits(0x1d00ffff);
    return share;
}

}  // namespace lode::test
