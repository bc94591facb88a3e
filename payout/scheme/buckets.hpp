// Work as the database sums it, and what every base scheme makes of it: weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/clock.hpp"
#include "payout/scheme/credit.hpp"

namespace lode::payout {

// A row of user_bucket: a user's work from `start` to the next bucket's start (a minute at most;
// cut at each of our blocks). Several rows may have the same user and start.
struct Bucket {
    UnixTime start;
    UserId user;
    std::uint32_t bits = 0;  // of the blocks worked on
    bitcoin::Work work;
};
// All users' work of one start and bits.
struct BucketSum {
    UnixTime start;
    std::uint32_t bits = 0;
    bitcoin::Work work;
};

// PPLNS by units: the last `window` units before a block. All buckets that start later than
// `start` are in it whole, those that start then for numerator / denominator of their work.
struct Window {
    UnixTime start;
    Uint128 numerator = 1;
    Uint128 denominator = 1;
    Units held;  // what is in it: less than asked for as long as the pool is young
};
// `newest_first`: sorted by start, latest first, all at or before the block. A window that is not
// full begins with the first bucket of all: who is in it shares all of the block.
[[nodiscard]] Result<Window> pplns_window(std::span<const BucketSum> newest_first, Units window);
// Buckets in any order; those outside the window are left out. Weights in units.
[[nodiscard]] Result<Weights> pplns_weights(std::span<const Bucket> buckets, const Window& window);

// PROP: all work of the round, weighed by itself.
[[nodiscard]] Weights prop_weights(std::span<const Bucket> round);

}  // namespace lode::payout
