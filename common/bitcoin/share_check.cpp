// Coinbase, Merkle branch, header, two comparisons.
#include "common/bitcoin/share_check.hpp"

#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::bitcoin {

ShareCheck check_share(const ShareJob& job, const ShareSubmit& submit) {
    Sha256 coinbase = job.coinbase_prefix;
    coinbase.update(submit.extranonce1).update(submit.extranonce2).update(job.coinbase_suffix);

    ShareCheck check;
    check.header = {
        .version = rolled_version(job.version, job.version_mask, submit.version_bits),
        .prev_hash = job.prev_hash,
        .merkle_root = merkle_root_from_branch(coinbase.finish_double(), job.merkle_branch),
        .time = submit.time,
        .bits = job.bits,
        .nonce = submit.nonce,
    };
    check.hash = check.header.hash();
    check.meets_share_target = meets_target(check.hash, submit.share_target);
    check.meets_network_target = meets_target(check.hash, job.network_target);
    return check;
}

}  // namespace lode::bitcoin
