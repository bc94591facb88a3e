// The Merkle tree over transaction ids, and the coinbase's branch in it.
#pragma once

#include <span>
#include <vector>

#include "common/bitcoin/hash256.hpp"

namespace lode::bitcoin {

// Bitcoin's tree, which pairs the last of an odd row with itself; at least one id.
[[nodiscard]] Hash256 merkle_root(std::vector<Hash256> ids);

// The siblings on the way from the coinbase (the first leaf) to the root, bottom first, which are
// the same whatever the coinbase is. `other_ids` are the leaves after it.
[[nodiscard]] std::vector<Hash256> merkle_branch(std::span<const Hash256> other_ids);

[[nodiscard]] Hash256 merkle_root_from_branch(const Hash256& coinbase_id,
                                              std::span<const Hash256> branch);

}  // namespace lode::bitcoin
