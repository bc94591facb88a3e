// The template without transactions that follows from a new tip's header alone: it is there before
// the node has made its own, and miners leave the old tip that much earlier.
#pragma once

#include <optional>

#include "common/base/clock.hpp"
#include "common/bitcoin/address.hpp"
#include "common/bitcoin/block_template.hpp"
#include "gbtmaker/node_state.hpp"

namespace lode::gbtmaker {

struct EmptyBasis {
    bitcoin::Network network;
    const TipHeader& tip;
    // The same node's last template: version, limits and aux bytes stay as they were.
    const bitcoin::BlockTemplate& last;
    UnixTime node_time;  // the node's clock, as far as known
};

// Nothing where the next block's bits do not follow from the header: at a retarget, and always on
// the test networks whose bits depend on the block's own time.
[[nodiscard]] std::optional<bitcoin::BlockTemplate> empty_template(const EmptyBasis& basis);

}  // namespace lode::gbtmaker
