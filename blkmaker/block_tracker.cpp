// The rules of a block's life; only confirmations decide between accepted and orphaned.
#include "blkmaker/block_tracker.hpp"

#include <algorithm>
#include <array>

#include "common/base/assert.hpp"

namespace lode::blkmaker {

using bitcoin::Hash256;

namespace {

struct StateName {
    BlockState state;
    std::string_view name;
};
constexpr std::array<StateName, 6> state_names{{
    {BlockState::found, "found"},
    {BlockState::submitted, "submitted"},
    {BlockState::accepted, "accepted"},
    {BlockState::rejected, "rejected"},
    {BlockState::confirmed, "confirmed"},
    {BlockState::orphaned, "orphaned"},
}};

// Whether a block that goes from one state to the other is in `passed` between them.
bool leads_through(BlockState from, BlockState passed, BlockState to) {
    constexpr std::array way{BlockState::found, BlockState::submitted, BlockState::accepted,
                             BlockState::confirmed};
    const auto place = [&](BlockState state) { return std::ranges::find(way, state); };
    return place(to) != way.end() && place(from) < place(passed) && place(passed) < place(to);
}

}  // namespace

std::string_view to_string(BlockState state) {
    for (const auto& known : state_names) {
        if (known.state == state) return known.name;
    }
    LODE_ASSERT(false);
    return {};
}

std::optional<BlockState> block_state_from(std::string_view text) {
    for (const auto& known : state_names) {
        if (known.name == text) return known.state;
    }
    return std::nullopt;
}

SubmitAnswer classify_submit_answer(const std::optional<std::string>& word) {
    if (!word) return SubmitAnswer::accepted;
    if (*word == "duplicate" || *word == "inconclusive") return SubmitAnswer::stored;
    if (*word == "prev-blk-not-found" || *word == "time-too-new") return SubmitAnswer::not_yet;
    return SubmitAnswer::refused;
}

BlockTracker::BlockTracker(TrackerOptions options) : options_(options), tips_(options.nodes, 0) {
    LODE_ASSERT(options.nodes > 0);
}

// Two nodes must agree where there are two, so that one lagging or lying node decides nothing.
std::size_t BlockTracker::witnesses_needed() const {
    return std::min<std::size_t>(2, options_.nodes);
}

bool BlockTracker::follows(const Hash256& block) const {
    return blocks_.contains(block);
}

Actions BlockTracker::add(const Hash256& hash, std::uint32_t height, BlockState state,
                          Start start) {
    Actions actions;
    if (is_final(state)) return actions;
    const std::uint32_t best = *std::max_element(tips_.begin(), tips_.end());
    if (outlived({.height = height, .state = state, .nodes = {}}, best)) return actions;
    const auto [place, added] = blocks_.try_emplace(hash);
    Block& block = place->second;
    if (added) {
        block.height = height;
        block.state = state;
        block.nodes.resize(options_.nodes);
    }
    const bool bytes_are_new = start == Start::submit && !block.has_bytes;
    if (bytes_are_new) block.has_bytes = true;
    for (std::size_t node = 0; node < options_.nodes; ++node) {
        if (bytes_are_new) {
            actions.emplace_back(SubmitBlock{hash, node});
        } else if (added) {
            ask(hash, block, node, actions);
        }
    }
    return actions;
}

void BlockTracker::ask(const Hash256& hash, Block& block, std::size_t node,
                       Actions& actions) const {
    if (block.nodes[node].asking) return;
    block.nodes[node].asking = true;
    actions.emplace_back(AskBlock{hash, node});
}

Actions BlockTracker::submit_answered(const Hash256& hash, std::size_t node, SubmitAnswer answer,
                                      SteadyTime now) {
    Actions actions;
    const auto found = blocks_.find(hash);
    if (found == blocks_.end()) return actions;
    Block& block = found->second;
    NodeSide& side = block.nodes[node];
    side.answer = answer;
    if (answer == SubmitAnswer::unreachable || answer == SubmitAnswer::not_yet) {
        side.retry_at = now + side.backoff;
        side.backoff = std::min<Duration>(side.backoff * 2, retry_max);
        return actions;
    }
    side.retry_at.reset();
    side.backoff = retry_first;
    if (answer == SubmitAnswer::refused) {
        actions.emplace_back(RaiseAlert{hash, "a node refused our block", {}});
    } else if (options_.prefer_own_blocks && !rivals_own(hash)) {
        block.preferred = true;
        actions.emplace_back(PreferBlock{hash, node});
    }
    ask(hash, block, node, actions);
    settle(hash, actions);
    return actions;
}

// Of two of our blocks at one height the first stays preferred: the second would only undo it,
// and whatever was mined on it since.
bool BlockTracker::rivals_own(const Hash256& hash) const {
    const std::uint32_t height = blocks_.at(hash).height;
    return std::ranges::any_of(blocks_, [&](const auto& one) {
        const Block& other = one.second;
        return one.first != hash && other.height == height &&
               (other.preferred || other.state == BlockState::accepted);
    });
}

Actions BlockTracker::block_viewed(const Hash256& hash, std::size_t node, const BlockView& view) {
    Actions actions;
    const auto found = blocks_.find(hash);
    if (found == blocks_.end()) return actions;
    NodeSide& side = found->second.nodes[node];
    side.asking = false;
    side.viewed = true;
    side.view = view;
    side.ask_again_at = next_question(found->second, view.tip_height);
    tips_[node] = std::max(tips_[node], view.tip_height);
    settle(hash, actions);
    return actions;
}

void BlockTracker::view_failed(const Hash256& hash, std::size_t node) {
    const auto found = blocks_.find(hash);
    if (found != blocks_.end()) found->second.nodes[node].asking = false;
}

void BlockTracker::node_lost(std::size_t node) {
    for (auto& [hash, block] : blocks_) block.nodes[node].viewed = false;
}

// What is off the chain as deep as maturity will not come back: a deeper re-org halts payments
// anyway.
bool BlockTracker::outlived(const Block& block, std::uint32_t tip) const {
    const bool off = block.state == BlockState::orphaned || block.state == BlockState::rejected;
    return off && tip >= block.height + options_.maturity;
}

Actions BlockTracker::row_stands(const Hash256& hash, BlockState state) {
    Actions actions;
    const auto found = blocks_.find(hash);
    if (found == blocks_.end() || found->second.state == state) return actions;
    found->second.state = state;
    if (state == BlockState::confirmed) {
        blocks_.erase(found);
        return actions;
    }
    settle(hash, actions);
    const auto still = blocks_.find(hash);
    if (still == blocks_.end() || still->second.state != BlockState::rejected) return actions;
    // A node that has it may yet prove the refusal wrong; where none has, it is over.
    const bool stored = std::ranges::any_of(still->second.nodes, [](const NodeSide& side) {
        return side.answer == SubmitAnswer::accepted || side.answer == SubmitAnswer::stored;
    });
    if (!stored) blocks_.erase(still);
    return actions;
}

// The height of the tip at which a block is asked about again: when its own height is reached and
// once more behind it, where it is judged lost, where it is mature, and then at each tip.
std::uint32_t BlockTracker::next_question(const Block& block, std::uint32_t tip) const {
    const auto mature = block.height + static_cast<std::uint32_t>(options_.maturity) - 1;
    for (const std::uint32_t height :
         {block.height, block.height + 1, block.height + settled_depth, mature}) {
        if (height > tip) return height;
    }
    return tip + 1;
}

Actions BlockTracker::tip_changed(std::size_t node, std::uint32_t height, TipChange change) {
    Actions actions;
    tips_[node] = height;
    std::erase_if(blocks_, [&](const auto& one) { return outlived(one.second, height); });
    for (auto& [hash, block] : blocks_) {
        NodeSide& side = block.nodes[node];
        // Also where the new chain does not reach the block's height yet.
        if (change == TipChange::reorganised) side.viewed = false;
        if (side.viewed && height < side.ask_again_at) continue;
        if (height >= block.height) ask(hash, block, node, actions);
    }
    return actions;
}

Actions BlockTracker::tick(SteadyTime now) {
    Actions actions;
    const std::uint32_t best = *std::max_element(tips_.begin(), tips_.end());
    for (auto& [hash, block] : blocks_) {
        const bool buried = best >= block.height + settled_depth;
        for (std::size_t node = 0; node < options_.nodes; ++node) {
            NodeSide& side = block.nodes[node];
            if (!side.retry_at || now < *side.retry_at) continue;
            side.retry_at.reset();
            if (buried || !block.has_bytes) continue;
            actions.emplace_back(SubmitBlock{hash, node});
        }
    }
    return actions;
}

std::optional<BlockState> BlockTracker::judge(const Block& block) const {
    std::size_t in_chain = 0;
    std::size_t mature = 0;
    std::size_t lost = 0;
    std::size_t stored = 0;
    std::size_t refused = 0;
    for (std::size_t node = 0; node < block.nodes.size(); ++node) {
        const NodeSide& side = block.nodes[node];
        stored += side.answer == SubmitAnswer::accepted || side.answer == SubmitAnswer::stored;
        refused += side.answer == SubmitAnswer::refused;
        if (!side.viewed) continue;
        const bool in = side.view.known && side.view.confirmations > 0;
        in_chain += in;
        mature += in && side.view.confirmations >= options_.maturity;
        lost += !in && side.view.tip_height >= block.height + settled_depth;
    }
    if (mature >= witnesses_needed()) return BlockState::confirmed;
    // One node's word makes a fresh block accepted; to bring one back takes the same witnesses as
    // to lose it, so that a lagging node does not make it flap.
    const bool rejected = block.state == BlockState::rejected;
    const bool off = rejected || block.state == BlockState::orphaned;
    if (in_chain >= (off ? witnesses_needed() : 1)) return BlockState::accepted;
    if (in_chain > 0 || rejected) return std::nullopt;
    if (lost >= witnesses_needed()) return BlockState::orphaned;
    if (block.state != BlockState::found) return std::nullopt;
    if (refused == block.nodes.size()) return BlockState::rejected;
    if (stored > 0) return BlockState::submitted;
    return std::nullopt;
}

void BlockTracker::settle(const Hash256& hash, Actions& actions) {
    Block& block = blocks_.at(hash);
    const auto state = judge(block);
    if (!state || *state == block.state) return;
    std::int64_t confirmations = 0;
    for (const NodeSide& side : block.nodes) {
        if (side.viewed && side.view.known) {
            confirmations = std::max(confirmations, side.view.confirmations);
        }
    }
    // No state on the way is skipped, so that each is told whichever instance is the first to know:
    // what is in a chain was submitted, and what is mature was accepted.
    for (const BlockState passed : {BlockState::submitted, BlockState::accepted}) {
        if (!leads_through(block.state, passed, *state)) continue;
        actions.emplace_back(ChangeState{hash, block.state, passed, confirmations});
        block.state = passed;
    }
    actions.emplace_back(ChangeState{hash, block.state, *state, confirmations});
    if (*state == BlockState::orphaned) {
        actions.emplace_back(RaiseAlert{hash, "our block is not in the best chain", {}});
    }
    block.state = *state;
    if (is_final(*state)) blocks_.erase(hash);
}

}  // namespace lode::blkmaker
