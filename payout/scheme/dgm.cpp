// Scores as differences of exponentials, looked at from the block backwards.
#include "payout/scheme/dgm.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "common/base/assert.hpp"
#include "payout/scheme/exp_minus.hpp"

namespace lode::payout {
namespace {

// Fraction bits of sums: all that the buckets of a round give is 1 at most, below 2^128.
constexpr unsigned sum_bits = 127;
constexpr unsigned score_bits = 64;
constexpr std::uint32_t kappa_p_max = 1000;  // parts per million

// kappa = part / whole, of the parts per million c and o.
struct Kappa {
    std::uint64_t part = 0;   // (10^6 - c) (10^6 - o), up to 10^12
    std::uint64_t whole = 1;  // c * 10^6
};
Kappa kappa_of(const Terms& terms) {
    const std::uint64_t cross = terms.dgm_cross.value();
    const std::uint64_t keep = terms.dgm_keep.value();
    LODE_ASSERT(cross > 0 && cross < parts && keep < parts);
    return {(parts - cross) * (parts - keep), cross * parts};
}

// kappa * units with 64 fraction bits. What 128 bits do not hold stands as the most that they do.
Uint128 times_kappa(Units units, const Kappa& kappa) {
    const auto exact = divide(product(units.raw(), kappa.part), wide(kappa.whole)).quotient;
    return exact.bit_length() > 128 ? ~Uint128{0} : narrow(exact);
}

auto changed() {
    return failure(ErrorCode::unavailable, "rows of user_bucket changed while they were read");
}

}  // namespace

Result<DgmRound> DgmRound::make(std::span<const BucketSum> newest_first, const Terms& terms) {
    const Kappa kappa = kappa_of(terms);
    NetworkTable networks;
    DgmRound round;
    Units behind;
    while (!newest_first.empty() && round.before_ > 0) {
        const auto bucket = same_start(newest_first);
        newest_first = newest_first.subspan(bucket.size());
        LODE_ASSERT(newest_first.empty() || newest_first.front().start < bucket.front().start);
        LODE_TRY(const auto units, units_of_start(bucket, networks));
        behind += units;
        const Uint128 left = exp_minus(times_kappa(behind, kappa));
        for (const BucketSum& sum : bucket) {
            LODE_TRY(const auto network, networks.of(sum.bits));
            // given / units of all * 1 / network; the units of each bits were rounded down.
            const auto given = divide(wide(round.before_ - left) << sum_bits,
                                      product(units.raw() + bucket.size(), number(network)));
            round.steps_.push_back({sum.start, sum.bits, narrow(given.quotient), number(sum.work)});
        }
        round.before_ = left;
    }
    std::ranges::sort(round.steps_, {}, key);
    return round;
}

DgmRound::Step* DgmRound::find(const Bucket& bucket) {
    const std::tuple wanted(bucket.start, bucket.bits);
    if (last_ < steps_.size() && key(steps_[last_]) == wanted) return &steps_[last_];
    const auto found = std::ranges::lower_bound(steps_, wanted, {}, key);
    if (found == steps_.end() || key(*found) != wanted) return nullptr;
    last_ = static_cast<std::size_t>(found - steps_.begin());
    return &*found;
}

Result<void> DgmRound::add(std::span<const Bucket> buckets) {
    for (const Bucket& bucket : buckets) {
        const bool too_old = before_ == 0 && bucket.start < steps_.front().start;
        if (too_old) continue;
        Step* step = find(bucket);
        const Uint128 work = number(bucket.work);
        if (step == nullptr || step->left < work) return changed();
        step->left -= work;
        sums_.add({bucket.user, bucket.scheme}, work * step->given);
    }
    return success();
}

Result<Weights> DgmRound::weights(std::span<const Weight> before) const {
    if (std::ranges::any_of(steps_, [](const Step& step) { return step.left > 0; })) {
        return changed();
    }
    HolderSums scores;
    for (const Weight& given : sums_.weights().of) {
        scores.add(given.holder, given.weight >> (sum_bits - score_bits));
    }
    for (const Weight& score : before) {
        scores.add(score.holder, mul_div(score.weight, before_, dgm_one));
    }
    Weights out = scores.weights();
    LODE_ASSERT(out.whole <= dgm_one);
    out.whole = dgm_one;
    return out;
}

std::vector<Weight> dgm_keep(const Weights& paid, const Terms& terms) {
    std::vector<Weight> out;
    for (const Weight& score : paid.of) {
        const Uint128 kept = mul_div(score.weight, terms.dgm_keep.value(), parts);
        if (kept > 0) out.push_back({score.holder, kept});
    }
    return out;
}

Result<void> check_dgm(const Terms& terms, Units share) {
    const Uint128 largest = mul_div(dgm_one, kappa_p_max, parts);
    if (terms.base != BaseScheme::dgm || times_kappa(share, kappa_of(terms)) <= largest) {
        return success();
    }
    return failure(ErrorCode::rejected,
                   "dgm: a share is too large a part of a block; kappa times it, with kappa = "
                   "(1-c)(1-o)/c, may be " +
                       std::to_string(kappa_p_max) + " parts per million");
}

}  // namespace lode::payout
