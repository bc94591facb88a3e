// Which block of ours is credited, made final or taken back, and when: state in, steps out. A step
// is one transaction of the database; after any of them all may be asked again, and what was done
// is not done twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/clock.hpp"
#include "common/bitcoin/hash256.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

// What the chain says of a block, in fewer words than table block has.
enum class BlockLife : std::uint8_t {
    dead,     // orphaned or rejected; it may come back
    pending,  // found or submitted
    alive,    // in the chain
    mature,   // so deep that it counts for good
};
// Internal when it is no state of a block.
[[nodiscard]] Result<BlockLife> block_life_from(std::string_view state);

// How far a block's credit has come.
enum class CreditState : std::uint8_t {
    none,
    provisional,
    final,
    reversed,
    lost,  // final, and then no longer in the chain: payments were paused for it, once
};
[[nodiscard]] std::string_view to_string(CreditState state);
[[nodiscard]] Result<CreditState> credit_state_from(std::string_view text);

struct OurBlock {
    bitcoin::Hash256 hash;
    std::uint32_t height = 0;
    UnixTime found;
    BlockLife life = BlockLife::pending;
    bool solo = false;  // a solo miner's: outside all rounds, only the fee is the pool's
    // The buckets of every partition are, behind `found`, or their minutes are closed.
    bool is_cut = false;
    BaseScheme base = BaseScheme::pplns;  // of the terms at `found`
    CreditState credit = CreditState::none;
    std::int64_t revision = 0;   // how often something was posted for it
    bitcoin::Hash256 lineage{};  // of the credit that stands: see Step
};

// The pool's newest block that is final, if any: where rounds and scores go on.
struct Prior {
    bitcoin::Hash256 hash;
    UnixTime found;
    bitcoin::Hash256 lineage;
};

struct Situation {
    // Sorted by found, then hash: all but those that are final and mature, or dead with nothing
    // posted.
    std::vector<OurBlock> blocks;
    std::optional<Prior> prior;
    std::optional<UnixTime> reach;  // all partitions' shares by then are counted
    UnixTime closed_before;         // rows of earlier start never change again
    UnixTime now;
};

struct Step {
    enum class Kind : std::uint8_t {
        credit,     // provisional: post what is missing
        finalise,   // post what is missing, then immature becomes balance
        take_back,  // post the opposite of all there is
    };
    Kind kind = Kind::credit;
    OurBlock block;
    // DGM's scores are those of the newest final block and pass the pool's blocks that live behind
    // it and before this. Times never fall: a block whose row came late has no work of its own.
    std::optional<UnixTime> scores_since{};
    std::vector<UnixTime> passed{};
    // Hash over all living blocks of the pool before this: another one, another division in PROP
    // and DGM.
    bitcoin::Hash256 lineage{};
};

struct Plan {
    UnixTime close_before;    // goes first; not below Situation::closed_before
    std::vector<Step> steps;  // in this order
    // Final or lost, and not in the chain any more: a re-org deeper than maturity. Nothing is taken
    // back; for those that are final payments must stop until a person has looked.
    std::vector<OurBlock> too_deep;
};

// Without open blocks rows are closed so long after their time: spools of some hours still count
// where they belong.
inline constexpr auto close_after = std::chrono::hours(24);
// Of the longest bucket: shares of all partitions are counted so long behind a block, so that none
// of its minute is missing.
inline constexpr auto bucket_length = std::chrono::minutes(1);

[[nodiscard]] Plan plan(const Situation& situation);
// What a credit of this block is computed from as things stand, whatever its own life and credit.
[[nodiscard]] Step credit_step(const Situation& situation, const OurBlock& block);

}  // namespace lode::payout
