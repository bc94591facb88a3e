// One call a node, for the hash at the block's height: it tells a block that is unknown and one
// that is off the chain alike, and says nothing where the node has not come so far.
#include "payout/final_block_watch.hpp"

#include "common/base/log.hpp"

namespace lode::payout {
namespace {

// Blocks of ours that one look finds gone, a transaction each; more are found by the next.
constexpr int blocks_a_look = 200;

std::string named(const OurBlock& block) {
    return "block " + bitcoin::to_display_hex(block.hash) + " of height " +
           std::to_string(block.height);
}

}  // namespace

Result<FinalBlockWatch::Look> FinalBlockWatch::ask_of(const OurBlock& block) {
    NodeWord own;
    std::string silence;
    const auto told = of_.own.get_block_hash(block.height);
    if (told) {
        own = told.value();
    } else if (told.error().code == ErrorCode::rejected) {
        silence = told.error().context;
    } else {
        return told.error();
    }
    std::vector<NodeWord> others;
    for (node::NodeRpc* other : of_.others) {
        const auto hash = other->get_block_hash(block.height);
        others.push_back(hash ? NodeWord(hash.value()) : std::nullopt);
    }
    Look look{.standing = standing_of(block.hash, own, others)};
    switch (look.standing) {
        case Standing::stands:
            break;
        case Standing::unsure:
            look.reason = "the wallet's node does not tell whether " + named(block) +
                          " is in its chain: " + silence;
            break;
        case Standing::doubtful:
        case Standing::gone:
            look.reason = named(block) + " was paid and a node has another one there";
            break;
    }
    return look;
}

Result<FinalBlockWatch::Look> FinalBlockWatch::look(UnixTime now) {
    Look first;
    for (int i = 0; i < blocks_a_look; ++i) {
        LODE_TRY(const auto block, of_.settler.newest_final());
        if (!block) return first;
        LODE_TRY(auto look, ask_of(*block));
        if (i == 0) first = look;
        if (look.standing != Standing::gone) return first;
        LODE_TRY_VOID(of_.settler.lose(*block, now));
        log::error("a block deeper than maturity has left the chain, payments are paused",
                   {{"block", bitcoin::to_display_hex(block->hash)}, {"height", block->height}});
    }
    return first;
}

}  // namespace lode::payout
