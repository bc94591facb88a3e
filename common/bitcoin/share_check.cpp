// Coinbase, Merkle branch, header, two comparisons.
#include "common/bitcoin/share_check.hpp"

#include "common/bitcoin/merkle.hpp"
#include "common/bitcoin/target.hpp"

namespace lode::bitcoin {

ShareCheck check_share(const ShareJob& job, const ShareSubmit& submit) {
    return check_share(job, submit, share_merkle_root(job, submit.extranonce1, submit.extranonce2));
}

Hash256 share_merkle_root(const ShareJob& job, ByteView extranonce1, ByteView extranonce2) {
    Sha256 coinbase = job.coinbase_prefix;
    coinbase.update(extranonce1).update(extranonce2).update(job.coinbase_suffix);
    return merkle_root_from_branch(coinbase.finish_double(), job.merkle_branch);
}

ShareCheck check_share(const ShareJob& job, const ShareSubmit& submit, const Hash256& merkle_root) {
    ShareCheck check;
    check.header = {
        .version = rolled_version(job.version, job.version_mask, submit.version_bits),
        .prev_hash = job.prev_hash,
        .merkle_root = merkle_root,
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
