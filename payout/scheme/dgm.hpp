// The double geometric method in continuous form. Every user has a score, 0 to 1 in all. A bucket
// of u units multiplies all scores by e^(-kappa u) and gives 1 - e^(-kappa u) to its workers; a
// block pays each his score times (1-f) of its value and multiplies all scores by o.
// kappa = (1-c)(1-o)/c.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "payout/scheme/buckets.hpp"
#include "payout/scheme/terms.hpp"

namespace lode::payout {

// e^-x for x >= 0 with 64 fraction bits, as 64 fraction bits rounded down: error below 2^-62.
// e^0 is 2^64 and so needs 65 bits.
[[nodiscard]] Uint128 exp_minus(Uint128 x);

class DgmScores {
  public:
    // Scores with 64 fraction bits, sorted by user; as of a block, after it.
    explicit DgmScores(std::vector<Weight> scores = {});

    // All rows of one bucket start, of any bits. Buckets come in the order of time.
    [[nodiscard]] Result<void> add(std::span<const Bucket> bucket, const Terms& terms);
    // What the block is divided by: `whole` is 2^64, the rest is the operator's.
    [[nodiscard]] Weights weights() const;
    // The block was paid.
    void pay(const Terms& terms);
    [[nodiscard]] std::vector<Weight> scores() const;

  private:
    std::map<UserId, Uint128> scores_;
};

}  // namespace lode::payout
