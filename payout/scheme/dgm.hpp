// The double geometric method in continuous form. Every user has a score, 0 to 1 in all. A bucket
// of u units multiplies all scores by e^(-kappa u) and gives 1 - e^(-kappa u) to its workers; a
// block pays each his score times (1-f) of its value and multiplies all scores by o.
// kappa = (1-c)(1-o)/c.
//
// From a block's point of view a bucket with U units behind it has given G(U) - G(U+u), where
// G(U) = e^(-kappa U): so no score is touched but once a block, and what all buckets gave adds up
// to 1 - G(all units) to the last bit.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/terms.hpp"
#include "payout/scheme/work_sums.hpp"

namespace lode::payout {

// Where the value of a score of all lies: 64 fraction bits.
inline constexpr Uint128 dgm_one = Uint128{1} << 64;

// What the shares between two of our blocks give to scores. Work of before stands in the scores
// that the earlier block left.
class DgmRound {
  public:
    // `newest_first`: sorted by start, latest first, behind the earlier block's cut and at or
    // before this block's; no more is looked at than still counts. `terms`: those of this block.
    [[nodiscard]] static Result<DgmRound> make(std::span<const BucketSum> newest_first,
                                               const Terms& terms);

    // The round's rows, in any order and in pieces; those too old to count are left out.
    // Unavailable when they are more than their sums: the rows changed since those were read.
    [[nodiscard]] Result<void> add(std::span<const Bucket> buckets);
    // What the block is divided by, with 64 fraction bits: `whole` is 1, and what is not of the
    // weights is the operator's. `before`: scores after the earlier block, in all 1 at most.
    // Unavailable when the rows are fewer than their sums.
    [[nodiscard]] Result<Weights> weights(std::span<const Weight> before) const;

  private:
    struct Step {
        UnixTime start;
        std::uint32_t bits = 0;
        Uint128 given = 0;  // to one hash of work, with 127 fraction bits
        Uint128 left = 0;   // work that add() has not seen
    };
    static std::tuple<UnixTime, std::uint32_t> key(const Step& step) {
        return {step.start, step.bits};
    }
    Step* find(const Bucket& bucket);

    std::vector<Step> steps_;   // sorted by start and bits
    std::size_t last_ = 0;      // in steps_: rows of one bucket mostly come together
    Uint128 before_ = dgm_one;  // what is left of scores from before the round
    HolderSums sums_;           // with 127 fraction bits
};

// What outlives a block that was paid by these weights: each score times o, rounded down.
[[nodiscard]] std::vector<Weight> dgm_keep(const Weights& paid, const Terms& terms);

// The discrete form multiplies by 1 + kappa p a share, p its part of a block, and has exactly
// (1-c)(1-f) of its due as expected pay; taken share by share the continuous form has kappa p c / 2
// of itself more. Rejected where kappa p is above 10^-3: with p near 1, as on regtest, miners would
// be paid by another scheme than was promised. `share` is the largest that the pool assigns. A
// bucket may be of any size, since e^-a e^-b = e^-(a+b); what it loses is the order within it.
[[nodiscard]] Result<void> check_dgm(const Terms& terms, Units share);

}  // namespace lode::payout
