// Work as the database sums it, and what every base scheme makes of it: weights.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/clock.hpp"
#include "payout/scheme/credit.hpp"
#include "payout/scheme/work_sums.hpp"

namespace lode::payout {

// A row of user_bucket: a user's work from `start` to the next bucket's start (a minute at most;
// cut at each of our blocks). Several rows may have the same user and start.
struct Bucket {
    UnixTime start;
    UserId user;
    std::uint32_t bits = 0;        // of the blocks worked on
    Scheme scheme = Scheme::base;  // what the user had at `start`
    bitcoin::Work work;
};
// All users' work of one start and bits.
struct BucketSum {
    UnixTime start;
    std::uint32_t bits = 0;
    bitcoin::Work work;
};

// The buckets of one start from a list that is sorted by it; the first of `sums` is among them.
[[nodiscard]] std::span<const BucketSum> same_start(std::span<const BucketSum> sums);
// Their work in units, floors of all work of the same bits.
[[nodiscard]] Result<Units> units_of_start(std::span<const BucketSum> sums, NetworkTable& networks);

// PPLNS by units: the last `window` units before a block. All buckets that start later than
// `start` are in it whole, those that start then for numerator / denominator of their work.
struct Window {
    UnixTime start;
    Uint128 numerator = 1;
    Uint128 denominator = 1;
    Units held;  // what is in it: less than asked for as long as the pool is young
};
// `newest_first`: sorted by start, latest first, all at or before the block; no more is looked at
// than fills the window. One that is not full begins with the first bucket of all: who is in it
// shares all of the block. `window` is not zero.
[[nodiscard]] Result<Window> pplns_window(std::span<const BucketSum> newest_first, Units window);

// Weights by units, of rows that come in any order and in as many pieces as memory asks for.
class PplnsSum {
  public:
    explicit PplnsSum(const Window& window) : window_(window) {}

    // Rows outside the window are left out.
    void add(std::span<const Bucket> buckets);
    // Work is summed by user, scheme, bits and whether it lies in the boundary bucket; each sum
    // counts floor(units), that of the boundary floor(units * numerator / denominator).
    [[nodiscard]] Result<Weights> weights() const;

  private:
    struct Group {
        std::uint32_t bits = 0;
        Scheme scheme = Scheme::base;
        bool boundary = false;
        friend bool operator==(const Group&, const Group&) = default;
    };
    struct Part {
        Group group;
        UserSums work;
    };
    Part& part(const Group& group);

    Window window_;
    std::vector<Part> parts_;  // few: bits change once in 2,016 blocks
};
[[nodiscard]] Result<Weights> pplns_weights(std::span<const Bucket> buckets, const Window& window);

// PROP: all work of the round, weighed by itself.
[[nodiscard]] Weights prop_weights(std::span<const Bucket> round);

}  // namespace lode::payout
