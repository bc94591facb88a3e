// The check of sserver done once more, from what was archived.
#include "sharelogger/share_proof.hpp"

#include <algorithm>
#include <vector>

#include "common/bitcoin/share_check.hpp"
#include "common/bitcoin/target.hpp"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/messages/solo_coinbase.hpp"

namespace lode::sharelogger {
namespace {

using bitcoin::Hash256;
using bitcoin::Uint256;

Result<Uint256> target_of(const std::string& bytes) {
    LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(as_bytes(bytes)));
    return Uint256::from_hash(hash);
}

struct ArchivedJob {
    bitcoin::ShareJob check;
    std::vector<Hash256> branch;
    std::size_t extranonce_size = 0;
};

Result<ArchivedJob> read_job(const v1::Job& job) {
    if (!job.has_bitcoin()) return failure(ErrorCode::malformed, "job: body is missing");
    const v1::BitcoinJob& body = job.bitcoin();
    ArchivedJob read;
    for (const std::string& sibling : body.merkle_branch()) {
        LODE_TRY(const auto hash, bitcoin::hash256_from_bytes(as_bytes(sibling)));
        read.branch.push_back(hash);
    }
    read.check.version = static_cast<std::uint32_t>(body.version());
    read.check.version_mask = body.version_mask();
    LODE_TRY(read.check.prev_hash, bitcoin::hash256_from_bytes(as_bytes(body.prev_hash())));
    read.check.bits = body.bits();
    LODE_TRY(read.check.network_target, target_of(job.network_target()));
    read.extranonce_size = body.extranonce_size();
    return read;
}

// Of the coinbase that the share's miner had: the job's own or, when it was sent again, with the
// salt that it was sent with.
Result<bitcoin::Sha256> prefix_of(const v1::Share& share, const v1::BitcoinJob& job) {
    ByteView prefix = as_bytes(job.coinbase_prefix());
    const ByteView salt = as_bytes(share.bitcoin().salt());
    if (!salt.empty()) {
        if (salt.size() != job.salt_size() || salt.size() > prefix.size()) {
            return failure(ErrorCode::rejected, "the salt has not the job's size");
        }
        prefix = prefix.first(prefix.size() - salt.size());
    }
    return bitcoin::Sha256().update(prefix).update(salt);
}

// Of the coinbase that the share's miner had: the pool's or, mining solo, the miner's own.
Result<Bytes> suffix_of(const v1::Share& share, const v1::Job& job) {
    const std::string& payout_script = share.bitcoin().payout_script();
    if (payout_script.empty()) return to_bytes(as_bytes(job.bitcoin().coinbase_suffix()));
    LODE_TRY(const auto solo, read_solo_coinbase(job));
    if (!solo) return failure(ErrorCode::rejected, "the job has no work for solo miners");
    return bitcoin::solo_suffix(*solo, as_bytes(payout_script));
}

}  // namespace

Result<Hash256> prove(const v1::Share& share, const v1::Job& job) {
    const auto rejected = [](const char* what) { return failure(ErrorCode::rejected, what); };
    if (!share.has_bitcoin()) return failure(ErrorCode::malformed, "share: proof is missing");
    const v1::BitcoinProof& proof = share.bitcoin();
    if (share.job_id() != job.job_id()) return rejected("share and job differ in job id");
    if (share.height() != job.height()) return rejected("share and job differ in height");
    LODE_TRY(auto read, read_job(job));
    read.check.merkle_branch = read.branch;
    LODE_TRY(read.check.coinbase_prefix, prefix_of(share, job.bitcoin()));
    LODE_TRY(const Bytes suffix, suffix_of(share, job));
    read.check.coinbase_suffix = suffix;
    if (proof.bits() != read.check.bits) return rejected("share and job differ in bits");
    if (proof.extranonce1().size() + proof.extranonce2().size() != read.extranonce_size) {
        return rejected("the extranonce has not the job's size");
    }
    const std::uint32_t fixed = ~read.check.version_mask;
    if ((proof.version() & fixed) != (read.check.version & fixed)) {
        return rejected("version bits outside the job's mask differ");
    }
    LODE_TRY(const auto share_target, target_of(share.target()));
    const auto check =
        bitcoin::check_share(read.check, {.extranonce1 = as_bytes(proof.extranonce1()),
                                          .extranonce2 = as_bytes(proof.extranonce2()),
                                          .time = proof.ntime(),
                                          .nonce = proof.nonce(),
                                          .version_bits = proof.version(),
                                          .share_target = share_target});
    if (!check.meets_share_target) return rejected("the hash does not meet the share's target");
    if (check.meets_network_target != share.solves_block()) {
        return rejected("the share is wrong about solving a block");
    }
    const auto worth = std::min(bitcoin::work_of_target(share_target),
                                bitcoin::work_of_target(read.check.network_target));
    LODE_TRY(const auto work, bitcoin::work_from_bytes(as_bytes(share.work())));
    if (work != worth) return rejected("the share claims another work than its target's");
    return check.hash;
}

}  // namespace lode::sharelogger
