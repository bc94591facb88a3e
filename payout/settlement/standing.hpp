// Whether a block that is final is still in the chain, by what nodes have at its height. Nobody
// follows such a block any more: a re-org deeper than maturity shows here alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "common/bitcoin/hash256.hpp"

namespace lode::payout {

// The hash that a node's chain has at the block's height; nothing where it is not so far, or does
// not answer.
using NodeWord = std::optional<bitcoin::Hash256>;

enum class Standing : std::uint8_t {
    stands,
    unsure,    // the wallet's node cannot tell
    doubtful,  // a node has another block there, but they do not agree, or too few could tell
    gone,      // all that could tell have another one; of several nodes at least two
};
// `own`: of the wallet's node.
[[nodiscard]] Standing standing_of(const bitcoin::Hash256& block, const NodeWord& own,
                                   std::span<const NodeWord> others);

}  // namespace lode::payout
