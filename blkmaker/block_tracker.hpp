// The life of each block we solved, from the share to maturity: what to ask of which node next,
// and which state the answers prove. Events and time in, actions out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::blkmaker {

// In the order of a block's life; the zero value claims the least.
enum class BlockState { found, submitted, accepted, rejected, confirmed, orphaned };

[[nodiscard]] std::string_view to_string(BlockState state);
[[nodiscard]] std::optional<BlockState> block_state_from(std::string_view text);

// Whether a state is the last: nothing is asked about the block any more. One exception: what one
// instance had refused by every node, another may know to be in the chain.
[[nodiscard]] constexpr bool is_final(BlockState state) {
    return state == BlockState::confirmed || state == BlockState::rejected;
}

// ---- actions -------------------------------------------------------------------------------

struct SubmitBlock {
    bitcoin::Hash256 block;
    std::size_t node;
};
struct PreferBlock {  // preciousblock
    bitcoin::Hash256 block;
    std::size_t node;
};
struct AskBlock {  // getblockheader
    bitcoin::Hash256 block;
    std::size_t node;
};
struct ChangeState {
    bitcoin::Hash256 block;
    BlockState from;
    BlockState to;
    std::int64_t confirmations;
};
struct RaiseAlert {
    bitcoin::Hash256 block;
    std::string_view what;  // a constant phrase
    std::string detail;
};
using Action = std::variant<SubmitBlock, PreferBlock, AskBlock, ChangeState, RaiseAlert>;
using Actions = std::vector<Action>;

// ---- events --------------------------------------------------------------------------------

// submitblock's answer: null is accepted; duplicate and inconclusive say that the node has the
// block but prove nothing about its best chain (BIP 22); a node that lacks the parent or whose
// clock is behind is asked again; anything else is a refusal.
enum class SubmitAnswer { unreachable, not_yet, accepted, stored, refused };
[[nodiscard]] SubmitAnswer classify_submit_answer(const std::optional<std::string>& word);

// What a node says of one block: unknown to it, or its confirmations (-1: not in its best chain).
struct BlockView {
    bool known = false;
    std::int64_t confirmations = 0;
    std::uint32_t tip_height = 0;
};

// Whether a node's new best block builds on the one it had; when that is not known it does not.
enum class TipChange { reorganised, extended };

struct TrackerOptions {
    std::size_t nodes = 1;
    std::int64_t maturity = 101;    // confirmations at which the reward may be spent
    bool prefer_own_blocks = true;  // preciousblock
};

class BlockTracker {
  public:
    // Depth at which a block is judged lost, and to which an unreachable node is tried again:
    // re-orgs deeper than this are once-in-years events on a healthy chain.
    static constexpr std::uint32_t settled_depth = 6;
    static constexpr auto retry_first = std::chrono::milliseconds(250);
    static constexpr auto retry_max = std::chrono::seconds(10);

    explicit BlockTracker(TrackerOptions options);

    // A block to follow: new, or `state` as the database knew it. `submit`: its bytes are there.
    // The bytes of a block so far only followed send it to every node; else a block already
    // followed changes nothing.
    enum class Start { submit, follow_only };
    [[nodiscard]] Actions add(const bitcoin::Hash256& block, std::uint32_t height, BlockState state,
                              Start start);
    [[nodiscard]] Actions submit_answered(const bitcoin::Hash256& block, std::size_t node,
                                          SubmitAnswer answer, SteadyTime now);
    [[nodiscard]] Actions block_viewed(const bitcoin::Hash256& block, std::size_t node,
                                       const BlockView& view);
    // What the table says of a block: another instance may have changed it. Where our nodes prove
    // otherwise, the change that follows starts from there.
    [[nodiscard]] Actions row_stands(const bitcoin::Hash256& block, BlockState state);
    // The node could not be asked: the question stays open until its next tip.
    void view_failed(const bitcoin::Hash256& block, std::size_t node);
    // The node does not answer: what it said of blocks no longer counts.
    void node_lost(std::size_t node);
    // The node's best block changed or was learnt. Where it builds on the one before, what the
    // node said of a block stays true: it is asked again only at the depths that decide.
    // Otherwise it is asked about every block the change may concern.
    [[nodiscard]] Actions tip_changed(std::size_t node, std::uint32_t height,
                                      TipChange change = TipChange::reorganised);
    // Retries that are due.
    [[nodiscard]] Actions tick(SteadyTime now);

    [[nodiscard]] bool follows(const bitcoin::Hash256& block) const;
    [[nodiscard]] std::size_t size() const { return blocks_.size(); }

  private:
    struct NodeSide {
        SubmitAnswer answer = SubmitAnswer::unreachable;
        bool asking = false;
        bool viewed = false;
        BlockView view;
        std::uint32_t ask_again_at = 0;  // height of the tip
        Duration backoff = retry_first;
        std::optional<SteadyTime> retry_at;
    };
    struct Block {
        std::uint32_t height = 0;
        BlockState state = BlockState::found;
        bool has_bytes = false;
        bool preferred = false;
        std::vector<NodeSide> nodes;
    };

    [[nodiscard]] std::size_t witnesses_needed() const;
    [[nodiscard]] bool rivals_own(const bitcoin::Hash256& hash) const;
    [[nodiscard]] std::optional<BlockState> judge(const Block& block) const;
    [[nodiscard]] std::uint32_t next_question(const Block& block, std::uint32_t tip) const;
    void settle(const bitcoin::Hash256& hash, Actions& actions);
    [[nodiscard]] bool outlived(const Block& block, std::uint32_t tip) const;
    void ask(const bitcoin::Hash256& hash, Block& block, std::size_t node, Actions& actions) const;

    TrackerOptions options_;
    std::map<bitcoin::Hash256, Block> blocks_;
    std::vector<std::uint32_t> tips_;  // height of each node's best block; 0: unknown
};

}  // namespace lode::blkmaker
