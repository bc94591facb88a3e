// A block's value divided, from the rows of user_bucket.
#pragma once

#include <optional>
#include <vector>

#include "payout/settlement/bucket_repository.hpp"
#include "payout/settlement/round_repository.hpp"

namespace lode::payout {

struct Valued {
    BlockSplit split;                // its weights are empty for a solo block
    std::optional<Window> window{};  // of PPLNS
    // Of PROP and DGM: the work that is counted for this block alone is later than that.
    std::optional<UnixTime> since{};
    std::vector<Credit> credits;   // they add up to what the pool got
    std::vector<Weight> scores{};  // of DGM, after the block
};

class Valuation {
  public:
    // All outlive it. `halving_interval`: blocks, of the chain.
    struct Sources {
        RoundRepository& rounds;
        BucketRepository& buckets;
        std::uint32_t halving_interval = bitcoin::halving_interval;
    };
    explicit Valuation(const Sources& sources) : sources_(sources) {}

    // The step's kind does not matter.
    [[nodiscard]] Result<Valued> value(const Step& step, const BlockMoney& money,
                                       const TermsBook& terms);

  private:
    struct Task {
        const Step& step;
        const TermsBook& book;
        const Terms& terms;
        Valued& valued;
    };
    [[nodiscard]] Result<void> weigh(const Task& task);
    [[nodiscard]] Result<void> weigh_pplns(const Task& task);
    [[nodiscard]] Result<void> weigh_prop(const Task& task);
    [[nodiscard]] Result<Weights> weights_of(const TimeRange& range, const TermsBook& book);
    [[nodiscard]] Result<void> weigh_dgm(const Task& task);
    struct Round {
        TimeRange range;
        const Terms& terms;  // of the block at its end
        const TermsBook& book;
    };
    [[nodiscard]] Result<Weights> dgm_round(const Round& of, const std::vector<Weight>& before);

    Sources sources_;
};

}  // namespace lode::payout
