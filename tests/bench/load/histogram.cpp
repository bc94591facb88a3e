// Bucket number: the highest bit's place and the five bits below it.
#include "tests/bench/load/histogram.hpp"

#include <algorithm>
#include <bit>

namespace lode::load {

namespace {

constexpr unsigned fine = 5;
constexpr std::uint64_t fine_count = 1U << fine;

std::size_t bucket_of(std::uint64_t value) {
    if (value < fine_count) return value;
    const auto power = static_cast<unsigned>(std::bit_width(value)) - 1;
    return ((power - fine + 1) << fine) + ((value >> (power - fine)) - fine_count);
}

std::uint64_t middle_of(std::size_t bucket) {
    if (bucket < fine_count) return bucket;
    const auto shift = (bucket >> fine) - 1;
    const std::uint64_t low = (fine_count + (bucket & (fine_count - 1))) << shift;
    return low + ((std::uint64_t{1} << shift) / 2);
}

}  // namespace

void Histogram::add(std::int64_t duration) {
    duration = std::max<std::int64_t>(duration, 0);
    ++buckets_[bucket_of(static_cast<std::uint64_t>(duration))];
    ++count_;
    max_ = std::max(max_, duration);
}

std::int64_t Histogram::at(unsigned thousandths) const {
    const std::uint64_t wanted = (count_ * thousandths + 999) / 1000;
    std::uint64_t passed = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        passed += buckets_[bucket];
        if (passed >= wanted && passed > 0) {
            return std::min(max_, static_cast<std::int64_t>(middle_of(bucket)));
        }
    }
    return 0;
}

}  // namespace lode::load
