// The one computation of every share: from what a miner submits to the header it hashed, and
// whether that meets the share's and the network's target. Allocates nothing.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/bytes.hpp"
#include "common/bitcoin/header.hpp"
#include "common/bitcoin/sha256.hpp"
#include "common/bitcoin/uint256.hpp"

namespace lode::bitcoin {

// What is the same for all shares of a job (and of a payout script, if users have their own).
// The views' bytes live elsewhere.
struct ShareJob {
    Sha256 coinbase_prefix;  // fed with the coinbase up to the extranonce, once a job
    ByteView coinbase_suffix;
    std::span<const Hash256> merkle_branch;
    std::uint32_t version = 0;
    std::uint32_t version_mask = 0;  // the session's: bits that its miner may set
    Hash256 prev_hash;
    std::uint32_t bits = 0;
    Uint256 network_target;
};

struct ShareSubmit {
    ByteView extranonce1;
    ByteView extranonce2;
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    std::uint32_t version_bits = 0;  // those outside the mask are ignored
    Uint256 share_target;
};

struct ShareCheck {
    BlockHeader header;
    Hash256 hash;
    bool meets_share_target = false;
    bool meets_network_target = false;
};

[[nodiscard]] ShareCheck check_share(const ShareJob& job, const ShareSubmit& submit);

// The same in two steps, for who knows the first one's outcome already.
[[nodiscard]] Hash256 share_merkle_root(const ShareJob& job, ByteView extranonce1,
                                        ByteView extranonce2);
[[nodiscard]] ShareCheck check_share(const ShareJob& job, const ShareSubmit& submit,
                                     const Hash256& merkle_root);

}  // namespace lode::bitcoin
