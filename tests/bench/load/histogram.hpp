// Durations counted in buckets, 32 to each power of two: percentiles within 3 %, constant memory.
#pragma once

#include <array>
#include <cstdint>

namespace lode::load {

class Histogram {
  public:
    // Nanoseconds; what is below zero counts as zero.
    void add(std::int64_t duration);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::int64_t max() const { return max_; }
    // The duration that so many thousandths of all are not above; 0 when there are none.
    [[nodiscard]] std::int64_t at(unsigned thousandths) const;

  private:
    static constexpr unsigned fine_bits = 5;
    // Whole nanoseconds below 32, then 32 for each of the powers 2^5 … 2^62.
    std::array<std::uint64_t, (64 - fine_bits) << fine_bits> buckets_{};
    std::uint64_t count_ = 0;
    std::int64_t max_ = 0;
};

}  // namespace lode::load
