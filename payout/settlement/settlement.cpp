// Blocks in the order they were found. A block is final when it is mature, all before it are
// decided, and its rows are closed; so nothing that its credit was computed from can change.
#include "payout/settlement/settlement.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/bitcoin/sha256.hpp"

namespace lode::payout {
namespace {

using bitcoin::Hash256;

constexpr std::array<std::string_view, 5> credit_names{"none", "provisional", "final", "reversed",
                                                       "lost"};

Hash256 behind(const Prior& prior) {
    return bitcoin::sha256d(prior.lineage, prior.hash);
}

// The blocks before the one that is looked at.
class Past {
  public:
    explicit Past(std::optional<Prior> prior) : last_(prior) {
        if (prior) scores_since_ = prior->found;
    }

    [[nodiscard]] Step step(Step::Kind kind, const OurBlock& block) const {
        return {.kind = kind,
                .block = block,
                .scores_since = scores_since_,
                .passed = passed_,
                .lineage = lineage()};
    }
    [[nodiscard]] Hash256 lineage() const { return last_ ? behind(*last_) : Hash256{}; }
    void pass(const OurBlock& block) {
        last_ = Prior{block.hash, block.found, lineage()};
        passed_.push_back(counted_until(block));
    }
    // The scores are stored as of this block.
    void finalise(const OurBlock& block) {
        last_ = Prior{block.hash, block.found, lineage()};
        scores_since_ = counted_until(block);
        passed_.clear();
    }

  private:
    // Where its row came when a later block was final, that one has counted the work.
    [[nodiscard]] UnixTime counted_until(const OurBlock& block) const {
        return std::max(block.found, scores_since_.value_or(block.found));
    }

    std::optional<Prior> last_;
    std::optional<UnixTime> scores_since_;
    std::vector<UnixTime> passed_;
};

// A provisional credit is made anew when another block before it lives or does not. (Work that
// comes late shows when it is final.)
bool must_be_credited(const OurBlock& block, const Hash256& lineage) {
    if (block.credit != CreditState::provisional) return true;
    return !block.solo && block.base != BaseScheme::pplns && block.lineage != lineage;
}

// Its credit stays, whatever becomes of it.
bool is_decided(const OurBlock& block) {
    return block.credit == CreditState::final || block.credit == CreditState::lost;
}

class Planner {
  public:
    explicit Planner(const Situation& situation) : now_(situation), past_(situation.prior) {}

    Plan run() {
        for (const OurBlock& block : now_.blocks) {
            if (is_decided(block)) {
                if (block.life == BlockLife::dead) plan_.too_deep.push_back(block);
            } else if (block.life == BlockLife::dead) {
                if (block.credit == CreditState::provisional) {
                    plan_.steps.push_back(past_.step(Step::Kind::take_back, block));
                }
            } else {
                look_at(block);
            }
        }
        plan_.close_before = closing();
        return std::move(plan_);
    }

  private:
    // Pending, alive or mature, and not final.
    void look_at(const OurBlock& block) {
        const bool ripe = all_decided_ && block.life == BlockLife::mature && block.is_cut &&
                          now_.reach && *now_.reach >= block.found + bucket_length;
        if (ripe) {
            ripe_until_ = block.found + std::chrono::milliseconds(1);
            plan_.steps.push_back(past_.step(Step::Kind::finalise, block));
            if (!block.solo) past_.finalise(block);
            return;
        }
        if (all_decided_) limit_ = std::chrono::floor<std::chrono::minutes>(block.found);
        all_decided_ = false;
        if (block.life == BlockLife::pending) return;
        if (block.is_cut && must_be_credited(block, past_.lineage())) {
            plan_.steps.push_back(past_.step(Step::Kind::credit, block));
        }
        if (!block.solo) past_.pass(block);
    }

    [[nodiscard]] UnixTime closing() const {
        UnixTime until = now_.closed_before;
        if (now_.reach) {
            const UnixTime followed = std::min(now_.now - close_after, *now_.reach);
            until = std::max<UnixTime>(until, std::chrono::floor<std::chrono::minutes>(followed));
        }
        if (limit_) until = std::min(until, *limit_);
        // Also where the next block was found in the same minute: its rows begin behind this cut.
        if (ripe_until_) until = std::max(until, *ripe_until_);
        return std::max(until, now_.closed_before);
    }

    const Situation& now_;
    Past past_;
    Plan plan_;
    bool all_decided_ = true;             // of the blocks before
    std::optional<UnixTime> ripe_until_;  // behind the last one that becomes final now
    std::optional<UnixTime> limit_;       // the minute of the first one that does not
};

}  // namespace

Result<BlockLife> block_life_from(std::string_view state) {
    if (state == "found" || state == "submitted") return BlockLife::pending;
    if (state == "accepted") return BlockLife::alive;
    if (state == "confirmed") return BlockLife::mature;
    if (state == "orphaned" || state == "rejected") return BlockLife::dead;
    return failure(ErrorCode::internal, "block: unknown state " + std::string(state));
}

std::string_view to_string(CreditState state) {
    return credit_names.at(static_cast<std::size_t>(state));
}

Result<CreditState> credit_state_from(std::string_view text) {
    for (std::size_t i = 0; i < credit_names.size(); ++i) {
        if (credit_names[i] == text) return static_cast<CreditState>(i);
    }
    return failure(ErrorCode::internal, "block_credit: unknown state " + std::string(text));
}

Plan plan(const Situation& situation) {
    return Planner(situation).run();
}

Step credit_step(const Situation& situation, const OurBlock& block) {
    Past past(situation.prior);
    for (const OurBlock& other : situation.blocks) {
        if (std::pair(other.found, other.hash) >= std::pair(block.found, block.hash)) break;
        const bool lives = other.life == BlockLife::alive || other.life == BlockLife::mature;
        if (lives && !other.solo && !is_decided(other)) past.pass(other);
    }
    return past.step(Step::Kind::credit, block);
}

}  // namespace lode::payout
